// MessagePack of value_io.hpp: writes the widest forms for ids above 32 bit and the short ones
// else.

#include "tests/scenario/lib/binary_reader.hpp"
#include "tests/scenario/lib/value_io.hpp"

namespace kreisel::scenario {

namespace {

void put(std::string& out, unsigned octet) { out.push_back(static_cast<char>(octet)); }

void put_size(std::string& out, std::size_t size, unsigned fix, std::size_t fix_max,
              unsigned code16) {
    if (size <= fix_max) {
        put(out, fix | static_cast<unsigned>(size));
    } else if (size <= 0xFFFF) {
        put(out, code16);
        put_big_endian(out, size, 2);
    } else {
        put(out, code16 + 1);
        put_big_endian(out, size, 4);
    }
}

void put_text(std::string& out, std::string_view text) {
    put_size(out, text.size(), 0xA0, 31, 0xDA);
    out += text;
}

void put_int(std::string& out, std::int64_t number) {
    if (number >= 0 && number < 128) return put(out, static_cast<unsigned>(number));
    const bool is_wide = number < INT32_MIN || number > INT32_MAX;
    put(out, is_wide ? 0xD3 : 0xD2);
    put_big_endian(out, static_cast<std::uint64_t>(number), is_wide ? 8 : 4);
}

void write(std::string& out, const Value& value) {
    if (value.is_null()) return put(out, 0xC0);
    if (const auto* flag = value.get_if<bool>()) return put(out, *flag ? 0xC3 : 0xC2);
    if (const auto* number = value.get_if<std::int64_t>()) return put_int(out, *number);
    if (const auto* text = value.get_if<std::string>()) return put_text(out, *text);
    if (const auto* large = value.get_if<std::uint64_t>()) {
        put(out, 0xCF);
        put_big_endian(out, *large, 8);
    } else if (const auto* real = value.get_if<double>()) {
        put(out, 0xCB);
        put_big_endian(out, std::bit_cast<std::uint64_t>(*real), 8);
    } else if (const auto* blob = value.get_if<Blob>()) {
        put(out, 0xC6);
        put_big_endian(out, blob->bytes.size(), 4);
        out.append(blob->bytes.begin(), blob->bytes.end());
    } else if (const auto* list = value.get_if<List>()) {
        put_size(out, list->size(), 0x90, 15, 0xDC);
        for (const Value& element : *list) write(out, element);
    } else if (const auto* dict = value.get_if<Dict>()) {
        put_size(out, dict->size(), 0x80, 15, 0xDE);
        for (const auto& [key, entry] : *dict) {
            put_text(out, key);
            write(out, entry);
        }
    }
}

Value read(BinaryReader& in);

Value read_list(BinaryReader& in, std::uint64_t count) {
    List list;
    for (std::uint64_t i = 0; i < count; ++i) list.push_back(read(in));
    return list;
}

Value read_dict(BinaryReader& in, std::uint64_t count) {
    Dict dict;
    for (std::uint64_t i = 0; i < count; ++i) {
        const Value key = read(in);
        const auto* text = key.get_if<std::string>();
        if (text == nullptr) throw TextError("a key is no text");
        dict.append(*text, read(in));
    }
    return dict;
}

Value read(BinaryReader& in) {
    const unsigned code = in.octet();
    if (code < 0x80) return static_cast<int>(code);
    if (code >= 0xE0) return static_cast<int>(code) - 256;
    if (code < 0x90) return read_dict(in, code & 15U);
    if (code < 0xA0) return read_list(in, code & 15U);
    if (code < 0xC0) return in.text(code & 31U);
    switch (code) {
        case 0xC0:
            return nullptr;
        case 0xC2:
        case 0xC3:
            return code == 0xC3;
        case 0xC4:
        case 0xC5:
        case 0xC6:
            return in.blob(in.number(1U << (code - 0xC4U)));
        case 0xCA:
            return in.real32();
        case 0xCB:
            return in.real64();
        case 0xCC:
        case 0xCD:
        case 0xCE:
        case 0xCF:
            return in.number(1U << (code - 0xCCU));
        case 0xD0:
            return std::int64_t{static_cast<std::int8_t>(in.number(1))};
        case 0xD1:
            return std::int64_t{static_cast<std::int16_t>(in.number(2))};
        case 0xD2:
            return std::int64_t{static_cast<std::int32_t>(in.number(4))};
        case 0xD3:
            return static_cast<std::int64_t>(in.number(8));
        case 0xD9:
        case 0xDA:
        case 0xDB:
            return in.text(in.number(1U << (code - 0xD9U)));
        case 0xDC:
        case 0xDD:
            return read_list(in, in.number(2U << (code - 0xDCU)));
        case 0xDE:
        case 0xDF:
            return read_dict(in, in.number(2U << (code - 0xDEU)));
        default:
            throw TextError("no MessagePack that WAMP knows");
    }
}

}  // namespace

std::string write_msgpack(const Value& value) {
    std::string out;
    write(out, value);
    return out;
}

Value read_msgpack(std::string_view bytes) {
    BinaryReader in(bytes);
    Value value = read(in);
    in.expect_end();
    return value;
}

}  // namespace kreisel::scenario
