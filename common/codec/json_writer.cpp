// JsonWriter: writes the values that it is told (json.hpp).

#include "common/base/base64.hpp"
#include "common/codec/json.hpp"
#include "common/codec/json_number.hpp"
#include "common/codec/json_text.hpp"

#include <cmath>

namespace kreisel {

namespace {

void put_escape(ByteWriter& out, char c) {
    switch (c) {
        case '"':
            out.put("\\\"");
            return;
        case '\\':
            out.put("\\\\");
            return;
        case '\b':
            out.put("\\b");
            return;
        case '\f':
            out.put("\\f");
            return;
        case '\n':
            out.put("\\n");
            return;
        case '\r':
            out.put("\\r");
            return;
        case '\t':
            out.put("\\t");
            return;
        default: {
            constexpr std::string_view digits = "0123456789abcdef";
            const auto octet = static_cast<std::uint8_t>(c);
            out.put("\\u00");
            out.put(digits[octet >> 4U]);
            out.put(digits[octet & 15U]);
        }
    }
}

bool is_special(char c) { return c == '"' || c == '\\' || static_cast<std::uint8_t>(c) < 0x20; }

/// Octets from `at` that may stand in a string as they are.
std::size_t plain_run(std::string_view text, std::size_t at) {
    const std::size_t start = at;
    while (text.size() - at >= 8) {
        if (detail::special_octets(detail::load_eight(text.data() + at)) != 0) break;
        at += 8;
    }
    while (at < text.size() && !is_special(text[at])) ++at;
    return at - start;
}

void put_string(ByteWriter& out, std::string_view text) {
    out.reserve(text.size() + 2);
    out.put('"');
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t run = plain_run(text, at);
        out.put(text.substr(at, run));
        at += run;
        if (at < text.size()) put_escape(out, text[at++]);
    }
    out.put('"');
}

}  // namespace

void JsonWriter::on_null() {
    separate();
    out_.put("null");
}

void JsonWriter::on_bool(bool value) {
    separate();
    out_.put(value ? std::string_view("true") : std::string_view("false"));
}

void JsonWriter::on_int(std::int64_t value) {
    separate();
    out_.put(number_text(value).view());
}

void JsonWriter::on_uint(std::uint64_t value) {
    separate();
    out_.put(number_text(value).view());
}

void JsonWriter::on_double(double value) {
    separate();
    out_.put(std::isfinite(value) ? number_text(value).view() : std::string_view("null"));
}

void JsonWriter::on_text(std::string_view value) {
    separate();
    put_string(out_, value);
}

void JsonWriter::on_binary(std::span<const std::uint8_t> value) {
    separate();
    out_.put("\"\\u0000");
    base64_encode_to(value, reinterpret_cast<char*>(out_.extend(base64_size(value.size()))));
    out_.put('"');
}

void JsonWriter::on_list_begin(std::size_t) {
    separate();
    out_.put('[');
    needs_comma_ = false;
}

void JsonWriter::on_list_end() {
    out_.put(']');
    needs_comma_ = true;
}

void JsonWriter::on_dict_begin(std::size_t) {
    separate();
    out_.put('{');
    needs_comma_ = false;
}

void JsonWriter::on_key(std::string_view key) {
    separate();
    put_string(out_, key);
    out_.put(':');
    needs_comma_ = false;
}

void JsonWriter::on_dict_end() {
    out_.put('}');
    needs_comma_ = true;
}

void JsonWriter::on_elements(std::span<const std::uint8_t> encoded) {
    if (encoded.empty()) return;
    separate();
    out_.put(encoded);
}

}  // namespace kreisel
