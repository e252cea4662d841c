// CborWriter: every value in its shortest form, sizes always in front. Pure; any thread.
#include "common/codec/cbor.hpp"

#include <bit>

namespace kreisel {

namespace {

enum class Major : std::uint8_t { uint, negative, binary, text, list, dict };

unsigned head_size(std::uint64_t argument) {
    if (argument <= 23) return 1;
    if (argument <= UINT8_MAX) return 2;
    if (argument <= UINT16_MAX) return 3;
    return argument <= UINT32_MAX ? 5 : 9;
}

void write_major(std::uint8_t* at, Major major, std::uint64_t argument) {
    const unsigned first = static_cast<unsigned>(major) << 5;
    const unsigned size = head_size(argument);
    if (size == 1) {
        *at = static_cast<std::uint8_t>(first | argument);
        return;
    }
    // 24, 25, 26, 27 for 1, 2, 4, 8 octets.
    const auto info = 24U + static_cast<unsigned>(std::countr_zero(size - 1));
    *at++ = static_cast<std::uint8_t>(first | info);
    for (unsigned i = size - 1; i-- > 0;) *at++ = static_cast<std::uint8_t>(argument >> (8 * i));
}

void write_container(std::uint8_t* at, ContainerKind kind, std::uint64_t count) {
    write_major(at, kind == ContainerKind::list ? Major::list : Major::dict, count);
}

void put_head(ByteWriter& out, Major major, std::uint64_t argument) {
    write_major(out.extend(head_size(argument)), major, argument);
}

}  // namespace

CborWriter::CborWriter(ByteWriter& out)
    : out_(out), late_sizes_(HeadFormat{head_size, write_container}) {}

void CborWriter::on_null() {
    late_sizes_.on_value();
    out_.put(std::uint8_t{0xf6});
}

void CborWriter::on_bool(bool value) {
    late_sizes_.on_value();
    out_.put(value ? std::uint8_t{0xf5} : std::uint8_t{0xf4});
}

void CborWriter::on_int(std::int64_t value) {
    late_sizes_.on_value();
    const auto bits = static_cast<std::uint64_t>(value);
    if (value >= 0) return put_head(out_, Major::uint, bits);
    put_head(out_, Major::negative, ~bits);
}

void CborWriter::on_uint(std::uint64_t value) {
    late_sizes_.on_value();
    put_head(out_, Major::uint, value);
}

void CborWriter::on_double(double value) {
    late_sizes_.on_value();
    out_.put(std::uint8_t{0xfb});
    out_.put_big_endian(std::bit_cast<std::uint64_t>(value), 8);
}

void CborWriter::on_text(std::string_view value) {
    late_sizes_.on_value();
    put_head(out_, Major::text, value.size());
    out_.put(value);
}

void CborWriter::on_binary(std::span<const std::uint8_t> value) {
    late_sizes_.on_value();
    put_head(out_, Major::binary, value.size());
    out_.put(value);
}

void CborWriter::on_list_begin(std::size_t size) { begin(ContainerKind::list, size); }

void CborWriter::on_list_end() { late_sizes_.end(out_); }

void CborWriter::on_dict_begin(std::size_t size) { begin(ContainerKind::dict, size); }

void CborWriter::on_key(std::string_view key) {
    late_sizes_.on_key();
    put_head(out_, Major::text, key.size());
    out_.put(key);
}

void CborWriter::on_dict_end() { late_sizes_.end(out_); }

void CborWriter::begin(ContainerKind kind, std::size_t size) {
    late_sizes_.on_value();
    if (size == unknown_size) return late_sizes_.begin_unknown(kind, out_);
    late_sizes_.begin_known(kind);
    write_container(out_.extend(head_size(size)), kind, size);
}

}  // namespace kreisel
