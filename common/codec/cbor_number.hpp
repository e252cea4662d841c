#pragma once
// CBOR's integers, also beyond 64 bits, as WAMP's other encodings can say them: exact while they
// fit, else as the nearest double (TRANSCODE.md). Internal to common/codec. Pure.

#include "common/codec/json_number.hpp"
#include "common/codec/sink.hpp"

#include <cstdint>
#include <span>

namespace kreisel {

/// `value` as an int64 if it is one of 64 bits with sign, else as a uint64.
[[nodiscard]] inline JsonNumber unsigned_number(std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(INT64_MAX)) return value;
    return static_cast<std::int64_t>(value);
}

/// -1 - `argument`.
[[nodiscard]] JsonNumber negative_number(std::uint64_t argument);

/// A bignum (RFC 8949 3.4.3) of `magnitude`, or -1 - `magnitude`.
enum class BignumSign : std::uint8_t { positive, negative };
[[nodiscard]] JsonNumber bignum_number(std::span<const std::uint8_t> magnitude, BignumSign sign);

inline void tell_unsigned(std::uint64_t value, ValueSink& sink) {
    tell_number(unsigned_number(value), sink);
}
inline void tell_negative(std::uint64_t argument, ValueSink& sink) {
    tell_number(negative_number(argument), sink);
}
inline void tell_bignum(std::span<const std::uint8_t> magnitude, BignumSign sign, ValueSink& sink) {
    tell_number(bignum_number(magnitude, sign), sink);
}

}  // namespace kreisel
