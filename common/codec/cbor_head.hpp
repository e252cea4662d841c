#pragma once
// The head of one CBOR data item: its initial byte and the argument behind it.
//
// The one place that knows initial bytes; the scanner, the reader and the rewriter stand on it.
// Internal to common/codec. Pure. Source: RFC 8949, section 3.

#include "common/codec/octets.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace kreisel {

enum class CborType : std::uint8_t {
    uint,      ///< value
    negative,  ///< -1 - value
    binary,    ///< value octets follow, or chunks until a break
    text,      ///< value octets follow, or chunks until a break
    list,      ///< value items follow, or items until a break
    dict,      ///< value pairs follow, or pairs until a break
    tag,       ///< value is its number; one item follows
    null,      ///< also undefined and the unassigned simple values
    boolean,   ///< value 0 or 1
    floating,  ///< value as the bits of a double
    stop,      ///< the break that ends what is indefinite
    reserved,  ///< additional information 28 to 30 and the like
    cut        ///< the bytes end within the head
};

struct CborHead {
    std::uint64_t value = 0;
    CborType type = CborType::cut;
    bool is_indefinite = false;
};

/// Tags that mean something at the door or in transcoding (IANA, "CBOR Tags").
inline constexpr std::uint64_t cbor_tag_bignum = 2;
inline constexpr std::uint64_t cbor_tag_negative_bignum = 3;
inline constexpr std::uint64_t cbor_tag_uint8_array = 64;

namespace detail {

/// A half-precision float (RFC 8949, appendix D) as the bits of a double.
[[nodiscard]] inline std::uint64_t half_as_double(std::uint64_t half) {
    const int exponent = static_cast<int>(half >> 10 & 0x1f);
    const auto mantissa = static_cast<double>(half & 0x3ff);
    double value = 0;
    if (exponent == 0) {
        value = std::ldexp(mantissa, -24);
    } else if (exponent != 31) {
        value = std::ldexp(mantissa + 1024, exponent - 25);
    } else if ((half & 0x3ff) == 0) {
        value = std::numeric_limits<double>::infinity();
    } else {
        value = std::numeric_limits<double>::quiet_NaN();
    }
    return std::bit_cast<std::uint64_t>((half & 0x8000) != 0 ? -value : value);
}

/// Major type 7, with the `argument` that additional information `info` led to.
[[nodiscard]] inline CborHead simple_head(unsigned info, std::uint64_t argument) {
    switch (info) {
        case 20:
        case 21:
            return {info - 20, CborType::boolean, false};
        case 24:
            // Two-byte forms of the values that fit one byte are not well-formed.
            return {argument, argument < 32 ? CborType::reserved : CborType::null, false};
        case 25:
            return {half_as_double(argument), CborType::floating, false};
        case 26: {
            const auto single = std::bit_cast<float>(static_cast<std::uint32_t>(argument));
            const auto value = static_cast<double>(single);
            return {std::bit_cast<std::uint64_t>(value), CborType::floating, false};
        }
        case 27:
            return {argument, CborType::floating, false};
        default:
            return {argument, CborType::null, false};
    }
}

/// The head behind an initial byte of major type 7 or with additional information of 24 or more;
/// `at` stands behind that byte. Kept apart, so that the short heads are inlined.
[[nodiscard, gnu::noinline]] inline CborHead take_long_head(unsigned major, unsigned info,
                                                            const std::uint8_t*& at,
                                                            const std::uint8_t* end) {
    std::uint64_t argument = info;
    if (info >= 24 && info <= 27) {
        const unsigned octets = 1U << (info - 24);
        if (static_cast<std::size_t>(end - at) < octets) return {};
        argument = load_big_endian(at, octets);
        at += octets;
    } else if (info == 31) {
        if (major == 7) return {0, CborType::stop, false};
        if (major < 2 || major == 6) return {0, CborType::reserved, false};
        return {0, static_cast<CborType>(major), true};
    } else if (info >= 28) {
        return {0, CborType::reserved, false};
    }
    if (major == 7) return simple_head(info, argument);
    return {argument, static_cast<CborType>(major), false};
}

}  // namespace detail

/// Takes one head off [at, end). Lengths are as claimed; the caller compares them with what is
/// left.
[[nodiscard]] inline CborHead take_cbor_head(const std::uint8_t*& at, const std::uint8_t* end) {
    if (at == end) return {};
    const std::uint8_t byte = *at++;
    const unsigned major = byte >> 5;
    const unsigned info = byte & 0x1fU;
    if (info >= 24 || major == 7) return detail::take_long_head(major, info, at, end);
    return {info, static_cast<CborType>(major), false};
}

/// Whether a byte string follows `at`, if need be behind tags 64; `at` is moved to it.
[[nodiscard]] inline bool find_cbor_byte_string(const std::uint8_t*& at, const std::uint8_t* end) {
    constexpr unsigned binary_major = 2;
    const std::uint8_t* next = at;
    for (;;) {
        if (next == end) return false;
        if (*next >> 5 == binary_major) {
            at = next;
            return true;
        }
        const CborHead head = take_cbor_head(next, end);
        if (head.type != CborType::tag || head.value != cbor_tag_uint8_array) return false;
    }
}

}  // namespace kreisel
