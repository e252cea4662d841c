#pragma once
// CBOR's integers beyond 64 bits, told as WAMP's other encodings can say them: exact while they
// fit, else as the nearest double (TRANSCODE.md). Internal to common/codec. Pure.

#include "common/codec/sink.hpp"

#include <cstdint>
#include <span>

namespace kreisel {

/// Tells -1 - `argument`.
void tell_negative(std::uint64_t argument, ValueSink& sink);

/// Tells a bignum (RFC 8949 3.4.3) of `magnitude`, or -1 - `magnitude`.
enum class BignumSign : std::uint8_t { positive, negative };
void tell_bignum(std::span<const std::uint8_t> magnitude, BignumSign sign, ValueSink& sink);

/// Tells `value` as an int if it is one of 64 bits with sign, else as a uint.
void tell_unsigned(std::uint64_t value, ValueSink& sink);

}  // namespace kreisel
