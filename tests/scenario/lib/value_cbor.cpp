// CBOR of value_io.hpp (RFC 8949).

#include "tests/scenario/lib/binary_reader.hpp"
#include "tests/scenario/lib/value_io.hpp"

#include <cmath>

namespace kreisel::scenario {

namespace {

enum Major : unsigned { positive, negative, bytes, text, list, dict, tag, simple };

void put_head(std::string& out, Major major, std::uint64_t number) {
    const unsigned high = static_cast<unsigned>(major) << 5U;
    if (number < 24) {
        out.push_back(static_cast<char>(high | number));
        return;
    }
    const unsigned width = number <= 0xFF ? 0 : number <= 0xFFFF ? 1 : number <= 0xFFFFFFFF ? 2 : 3;
    out.push_back(static_cast<char>(high | (24 + width)));
    put_big_endian(out, number, 1U << width);
}

void put_text(std::string& out, std::string_view value) {
    put_head(out, text, value.size());
    out += value;
}

void write(std::string& out, const Value& value) {
    if (value.is_null()) {
        out.push_back(static_cast<char>(0xF6));
    } else if (const auto* flag = value.get_if<bool>()) {
        out.push_back(static_cast<char>(*flag ? 0xF5 : 0xF4));
    } else if (const auto* number = value.get_if<std::int64_t>()) {
        const bool is_negative = *number < 0;
        put_head(out, is_negative ? negative : positive,
                 static_cast<std::uint64_t>(is_negative ? -(*number + 1) : *number));
    } else if (const auto* large = value.get_if<std::uint64_t>()) {
        put_head(out, positive, *large);
    } else if (const auto* real = value.get_if<double>()) {
        out.push_back(static_cast<char>(0xFB));
        put_big_endian(out, std::bit_cast<std::uint64_t>(*real), 8);
    } else if (const auto* words = value.get_if<std::string>()) {
        put_text(out, *words);
    } else if (const auto* blob = value.get_if<Blob>()) {
        put_head(out, bytes, blob->bytes.size());
        out.append(blob->bytes.begin(), blob->bytes.end());
    } else if (const auto* elements = value.get_if<List>()) {
        put_head(out, list, elements->size());
        for (const Value& element : *elements) write(out, element);
    } else if (const auto* entries = value.get_if<Dict>()) {
        put_head(out, dict, entries->size());
        for (const auto& [key, entry] : *entries) {
            put_text(out, key);
            write(out, entry);
        }
    }
}

double half(std::uint64_t bits) {
    const int exponent = static_cast<int>((bits >> 10U) & 31U);
    const double mantissa = static_cast<double>(bits & 1023U);
    const double size = exponent == 0    ? std::ldexp(mantissa, -24)
                        : exponent == 31 ? (mantissa == 0 ? INFINITY : NAN)
                                         : std::ldexp(mantissa + 1024, exponent - 25);
    return (bits & 0x8000U) != 0 ? -size : size;
}

Value read(BinaryReader& in);

Value read_list(BinaryReader& in, std::uint64_t count) {
    List elements;
    for (std::uint64_t i = 0; i < count; ++i) elements.push_back(read(in));
    return elements;
}

Value read_dict(BinaryReader& in, std::uint64_t count) {
    Dict entries;
    for (std::uint64_t i = 0; i < count; ++i) {
        const Value key = read(in);
        const auto* words = key.get_if<std::string>();
        if (words == nullptr) throw TextError("a key is no text");
        entries.append(*words, read(in));
    }
    return entries;
}

Value read_simple(BinaryReader& in, unsigned code) {
    switch (code) {
        case 20:
        case 21:
            return code == 21;
        case 22:
            return nullptr;
        case 25:
            return half(in.number(2));
        case 26:
            return in.real32();
        case 27:
            return in.real64();
        default:
            throw TextError("no CBOR that WAMP knows");
    }
}

Value read(BinaryReader& in) {
    const unsigned head = in.octet();
    const unsigned major = head >> 5U;
    const unsigned code = head & 31U;
    if (major == simple) return read_simple(in, code);
    if (code > 27) throw TextError("the router should send definite lengths");
    const std::uint64_t number = code < 24 ? code : in.number(1U << (code - 24U));
    switch (major) {
        case positive:
            return number;
        case negative:
            return -static_cast<std::int64_t>(number) - 1;
        case bytes:
            return in.blob(number);
        case text:
            return in.text(number);
        case list:
            return read_list(in, number);
        case dict:
            return read_dict(in, number);
        default:
            throw TextError("the router should send no tags");
    }
}

}  // namespace

std::string write_cbor(const Value& value) {
    std::string out;
    write(out, value);
    return out;
}

Value read_cbor(std::string_view encoded) {
    BinaryReader in(encoded);
    Value value = read(in);
    in.expect_end();
    return value;
}

}  // namespace kreisel::scenario
