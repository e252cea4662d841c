#pragma once
// The head of one MessagePack value: its type byte and what follows it before content or entries.
//
// The one place that knows the type bytes; the scanner and the reader stand on it. Internal to
// common/codec. Pure. Source: the MessagePack specification, "Formats".

#include "common/codec/octets.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>

namespace kreisel {

enum class MsgpackType : std::uint8_t {
    null,
    boolean,   ///< value 0 or 1
    uint,      ///< value
    negative,  ///< value as two's complement of 64 bits
    floating,  ///< value as the bits of a double
    text,      ///< value octets follow
    binary,    ///< value octets follow
    ext,       ///< value octets follow, of ext_type
    list,      ///< value entries follow
    dict,      ///< value pairs follow
    reserved,  ///< 0xc1
    cut        ///< the bytes end within the head
};

struct MsgpackHead {
    std::uint64_t value = 0;
    MsgpackType type = MsgpackType::cut;
    std::int8_t ext_type = 0;
};

namespace detail {

[[nodiscard]] constexpr std::uint64_t sign_extended(std::uint64_t value, unsigned octets) {
    const unsigned unused = 64 - 8 * octets;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value << unused) >> unused);
}

[[nodiscard]] inline std::uint64_t single_as_double(std::uint64_t bits) {
    const auto single = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    return std::bit_cast<std::uint64_t>(static_cast<double>(single));
}

/// Type bytes 0xc0 to 0xdf, and how many octets of number follow them.
struct MsgpackForm {
    MsgpackType type;
    std::uint8_t octets;
};

inline constexpr MsgpackForm msgpack_forms[32] = {
    {MsgpackType::null, 0},     {MsgpackType::reserved, 0}, {MsgpackType::boolean, 0},
    {MsgpackType::boolean, 0},  {MsgpackType::binary, 1},   {MsgpackType::binary, 2},
    {MsgpackType::binary, 4},   {MsgpackType::ext, 1},      {MsgpackType::ext, 2},
    {MsgpackType::ext, 4},      {MsgpackType::floating, 4}, {MsgpackType::floating, 8},
    {MsgpackType::uint, 1},     {MsgpackType::uint, 2},     {MsgpackType::uint, 4},
    {MsgpackType::uint, 8},     {MsgpackType::negative, 1}, {MsgpackType::negative, 2},
    {MsgpackType::negative, 4}, {MsgpackType::negative, 8}, {MsgpackType::ext, 0},
    {MsgpackType::ext, 0},      {MsgpackType::ext, 0},      {MsgpackType::ext, 0},
    {MsgpackType::ext, 0},      {MsgpackType::text, 1},     {MsgpackType::text, 2},
    {MsgpackType::text, 4},     {MsgpackType::list, 2},     {MsgpackType::list, 4},
    {MsgpackType::dict, 2},     {MsgpackType::dict, 4},
};

/// The head behind a type byte of 0xc0 to 0xdf; `at` stands behind that byte. Kept apart, so that
/// the short heads are inlined.
[[nodiscard, gnu::noinline]] inline MsgpackHead take_long_head(std::uint8_t byte,
                                                               const std::uint8_t*& at,
                                                               const std::uint8_t* end) {
    const MsgpackForm form = msgpack_forms[byte - 0xc0];
    const std::size_t needed = form.octets + (form.type == MsgpackType::ext ? 1U : 0U);
    if (static_cast<std::size_t>(end - at) < needed) return {};

    MsgpackHead head{load_big_endian(at, form.octets), form.type, 0};
    at += form.octets;
    switch (form.type) {
        case MsgpackType::boolean:
            head.value = byte & 1U;
            break;
        case MsgpackType::negative:
            head.value = sign_extended(head.value, form.octets);
            if (static_cast<std::int64_t>(head.value) >= 0) head.type = MsgpackType::uint;
            break;
        case MsgpackType::floating:
            if (form.octets == 4) head.value = single_as_double(head.value);
            break;
        case MsgpackType::ext:
            if (form.octets == 0) head.value = std::uint64_t{1} << (byte - 0xd4);
            head.ext_type = static_cast<std::int8_t>(*at++);
            break;
        case MsgpackType::null:
        case MsgpackType::uint:
        case MsgpackType::text:
        case MsgpackType::binary:
        case MsgpackType::list:
        case MsgpackType::dict:
        case MsgpackType::reserved:
        case MsgpackType::cut:
            break;
    }
    return head;
}

}  // namespace detail

/// Takes one head off [at, end). Lengths are as claimed; the caller compares them with what is
/// left.
[[nodiscard]] inline MsgpackHead take_msgpack_head(const std::uint8_t*& at,
                                                   const std::uint8_t* end) {
    if (at == end) return {};
    const std::uint8_t byte = *at++;
    if (byte < 0x80) return {byte, MsgpackType::uint, 0};
    if (byte < 0x90) return {byte & 0x0fU, MsgpackType::dict, 0};
    if (byte < 0xa0) return {byte & 0x0fU, MsgpackType::list, 0};
    if (byte < 0xc0) return {byte & 0x1fU, MsgpackType::text, 0};
    if (byte < 0xe0) return detail::take_long_head(byte, at, end);
    return {detail::sign_extended(byte, 1), MsgpackType::negative, 0};
}

}  // namespace kreisel
