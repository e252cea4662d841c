// MsgpackWriter: every value in its shortest form. Pure; any thread.
#include "common/codec/msgpack.hpp"

#include <bit>

namespace kreisel {

namespace {

unsigned head_size(std::uint64_t count) {
    if (count <= 15) return 1;
    return count <= UINT16_MAX ? 3 : 5;
}

void write_head(std::uint8_t* at, ContainerKind kind, std::uint64_t count) {
    const bool is_list = kind == ContainerKind::list;
    if (count <= 15) {
        *at = static_cast<std::uint8_t>((is_list ? 0x90U : 0x80U) | count);
        return;
    }
    const unsigned octets = count <= UINT16_MAX ? 2 : 4;
    const unsigned first = is_list ? 0xdcU : 0xdeU;
    *at++ = static_cast<std::uint8_t>(octets == 2 ? first : first + 1);
    for (unsigned i = octets; i-- > 0;) *at++ = static_cast<std::uint8_t>(count >> (8 * i));
}

/// `byte` and `value` behind it in `octets`.
void put_number(ByteWriter& out, unsigned byte, std::uint64_t value, unsigned octets) {
    std::uint8_t* at = out.extend(1 + octets);
    *at++ = static_cast<std::uint8_t>(byte);
    for (unsigned i = octets; i-- > 0;) *at++ = static_cast<std::uint8_t>(value >> (8 * i));
}

void put_unsigned(ByteWriter& out, std::uint64_t value) {
    if (value < 0x80) return out.put(static_cast<std::uint8_t>(value));
    if (value <= UINT8_MAX) return put_number(out, 0xcc, value, 1);
    if (value <= UINT16_MAX) return put_number(out, 0xcd, value, 2);
    if (value <= UINT32_MAX) return put_number(out, 0xce, value, 4);
    put_number(out, 0xcf, value, 8);
}

void put_text(ByteWriter& out, std::string_view text) {
    const std::size_t size = text.size();
    if (size < 32) {
        out.put(static_cast<std::uint8_t>(0xa0U | size));
    } else if (size <= UINT8_MAX) {
        put_number(out, 0xd9, size, 1);
    } else if (size <= UINT16_MAX) {
        put_number(out, 0xda, size, 2);
    } else {
        put_number(out, 0xdb, size, 4);
    }
    out.put(text);
}

}  // namespace

MsgpackWriter::MsgpackWriter(ByteWriter& out)
    : out_(out), late_sizes_(HeadFormat{head_size, write_head}) {}

void MsgpackWriter::on_null() {
    late_sizes_.on_value();
    out_.put(std::uint8_t{0xc0});
}

void MsgpackWriter::on_bool(bool value) {
    late_sizes_.on_value();
    out_.put(std::uint8_t{value ? std::uint8_t{0xc3} : std::uint8_t{0xc2}});
}

void MsgpackWriter::on_int(std::int64_t value) {
    late_sizes_.on_value();
    const auto bits = static_cast<std::uint64_t>(value);
    if (value >= 0) return put_unsigned(out_, bits);
    if (value >= -32) return out_.put(static_cast<std::uint8_t>(bits));
    if (value >= INT8_MIN) return put_number(out_, 0xd0, bits, 1);
    if (value >= INT16_MIN) return put_number(out_, 0xd1, bits, 2);
    if (value >= INT32_MIN) return put_number(out_, 0xd2, bits, 4);
    put_number(out_, 0xd3, bits, 8);
}

void MsgpackWriter::on_uint(std::uint64_t value) {
    late_sizes_.on_value();
    put_unsigned(out_, value);
}

void MsgpackWriter::on_double(double value) {
    late_sizes_.on_value();
    put_number(out_, 0xcb, std::bit_cast<std::uint64_t>(value), 8);
}

void MsgpackWriter::on_text(std::string_view value) {
    late_sizes_.on_value();
    put_text(out_, value);
}

void MsgpackWriter::on_binary(std::span<const std::uint8_t> value) {
    late_sizes_.on_value();
    const std::size_t size = value.size();
    if (size <= UINT8_MAX) {
        put_number(out_, 0xc4, size, 1);
    } else if (size <= UINT16_MAX) {
        put_number(out_, 0xc5, size, 2);
    } else {
        put_number(out_, 0xc6, size, 4);
    }
    out_.put(value);
}

void MsgpackWriter::on_list_begin(std::size_t size) { begin(ContainerKind::list, size); }

void MsgpackWriter::on_list_end() { late_sizes_.end(out_); }

void MsgpackWriter::on_dict_begin(std::size_t size) { begin(ContainerKind::dict, size); }

void MsgpackWriter::on_key(std::string_view key) {
    late_sizes_.on_key();
    put_text(out_, key);
}

void MsgpackWriter::on_dict_end() { late_sizes_.end(out_); }

void MsgpackWriter::begin(ContainerKind kind, std::size_t size) {
    late_sizes_.on_value();
    if (size == unknown_size) return late_sizes_.begin_unknown(kind, out_);
    late_sizes_.begin_known(kind);
    write_head(out_.extend(head_size(size)), kind, size);
}

}  // namespace kreisel
