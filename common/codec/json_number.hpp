#pragma once
// Numbers between text and machine, to the last digit and without a locale, and scalars as the keys
// of dicts. Pure.

#include "common/codec/sink.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace kreisel {

/// A JSON number: an integer if it is written as one and fits 64 bits, else a double. Too large for
/// a double is infinite, too small zero, as JavaScript and Python read it.
using JsonNumber = std::variant<std::int64_t, std::uint64_t, double>;

inline void tell_number(const JsonNumber& number, ValueSink& sink) {
    if (const auto* integer = std::get_if<std::int64_t>(&number)) return sink.on_int(*integer);
    if (const auto* large = std::get_if<std::uint64_t>(&number)) return sink.on_uint(*large);
    sink.on_double(*std::get_if<double>(&number));
}

/// `text` is a number of the JSON grammar.
[[nodiscard]] JsonNumber parse_json_number(std::string_view text);

/// Text of a number in a buffer of its own.
struct NumberText {
    std::array<char, 32> buffer;
    std::size_t size = 0;
    [[nodiscard]] std::string_view view() const { return {buffer.data(), size}; }
};

[[nodiscard]] NumberText number_text(std::int64_t value);
[[nodiscard]] NumberText number_text(std::uint64_t value);
/// Shortest text that reads back as `value`, with a point or an exponent so that it stays a float;
/// `NaN`, `Infinity` and `-Infinity` where JSON has no number.
[[nodiscard]] NumberText number_text(double value);

/// Binary as WAMP writes it in JSON: U+0000 and base64.
[[nodiscard]] std::string binary_as_text(std::span<const std::uint8_t> bytes);

}  // namespace kreisel
