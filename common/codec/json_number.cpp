#include "common/codec/json_number.hpp"

#include "common/base/base64.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace kreisel {

namespace {

template <class Number>
NumberText write_number(Number value) {
    NumberText text;
    const auto written =
        std::to_chars(text.buffer.data(), text.buffer.data() + text.buffer.size(), value);
    text.size = static_cast<std::size_t>(written.ptr - text.buffer.data());
    return text;
}

NumberText literally(std::string_view literal) {
    NumberText text;
    text.size = literal.copy(text.buffer.data(), text.buffer.size());
    return text;
}

// What a number beyond the range of doubles stands for. from_chars does not say which end it left,
// so the decimal exponent decides: of the first digit that is not 0, plus the written exponent.
double beyond_range(std::string_view text) {
    const double sign = text.front() == '-' ? -1.0 : 1.0;
    const std::size_t mark = text.find_first_of("eE");
    const std::string_view mantissa = text.substr(0, mark);
    const std::size_t first = mantissa.find_first_of("123456789");
    if (first == std::string_view::npos) return std::copysign(0.0, sign);
    // Sizes of messages bound the mantissa; an exponent of so many digits decides by its sign.
    const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
    auto magnitude = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
    if (mark != std::string_view::npos) {
        std::string_view exponent = text.substr(mark + 1);
        if (exponent.front() == '+') exponent.remove_prefix(1);
        const bool is_negative = exponent.front() == '-';
        std::int64_t value = 0;
        const auto read =
            std::from_chars(exponent.data(), exponent.data() + exponent.size(), value);
        constexpr std::int64_t enormous = std::int64_t{1} << 60U;
        if (read.ec != std::errc() || value > enormous || value < -enormous) {
            value = is_negative ? -enormous : enormous;
        }
        magnitude += value;
    }
    return std::copysign(magnitude > 0 ? std::numeric_limits<double>::infinity() : 0.0, sign);
}

double parse_double(std::string_view text) {
    double value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc() ? value : beyond_range(text);
}

}  // namespace

JsonNumber parse_json_number(std::string_view text) {
    const char* const end = text.data() + text.size();
    std::int64_t integer = 0;
    if (const auto read = std::from_chars(text.data(), end, integer);
        read.ec == std::errc() && read.ptr == end) {
        // -0 is an integer in no encoding; JavaScript and RapidJSON read the float.
        if (integer == 0 && text.front() == '-') return -0.0;
        return integer;
    }
    std::uint64_t large = 0;
    if (const auto read = std::from_chars(text.data(), end, large);
        read.ec == std::errc() && read.ptr == end) {
        return large;
    }
    return parse_double(text);
}

NumberText number_text(std::int64_t value) { return write_number(value); }
NumberText number_text(std::uint64_t value) { return write_number(value); }

NumberText number_text(double value) {
    if (std::isnan(value)) return literally("NaN");
    if (std::isinf(value)) return literally(value < 0 ? "-Infinity" : "Infinity");
    NumberText text = write_number(value);
    if (text.view().find_first_of(".e") == std::string_view::npos) {
        text.buffer[text.size++] = '.';
        text.buffer[text.size++] = '0';
    }
    return text;
}

std::string binary_as_text(std::span<const std::uint8_t> bytes) {
    std::string text(1 + base64_size(bytes.size()), '\0');
    base64_encode_to(bytes, text.data() + 1);
    return text;
}

}  // namespace kreisel
