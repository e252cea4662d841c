#include "bench/load/template.hpp"

#include "common/base/check.hpp"
#include "common/codec/codec.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace kreisel::load {

namespace {

/// RFC 6455 wants keys that nobody foresees, against proxies that take frames for requests; on a
/// loopback bench one key will do, and the router has the same work with it.
constexpr std::array<std::uint8_t, 4> mask_key{0x37, 0xfa, 0x21, 0x3d};

struct IdBytes {
    std::array<std::uint8_t, 20> bytes{};
    std::size_t size = 0;
};

IdBytes id_bytes(Encoding encoding, std::uint64_t id) {
    IdBytes result;
    if (encoding == Encoding::json) {
        char* first = reinterpret_cast<char*>(result.bytes.data());
        const auto end = std::to_chars(first, first + result.bytes.size(), id).ptr;
        result.size = static_cast<std::size_t>(end - first);
        return result;
    }
    const bool is_msgpack = encoding == Encoding::msgpack;
    if (id < (is_msgpack ? 0x80U : 0x18U)) {
        result.bytes[0] = static_cast<std::uint8_t>(id);
        result.size = 1;
        return result;
    }
    const unsigned power = id <= 0xff ? 0 : id <= 0xffff ? 1 : id <= 0xffffffff ? 2 : 3;
    const unsigned octets = 1U << power;
    result.bytes[0] = static_cast<std::uint8_t>((is_msgpack ? 0xccU : 0x18U) + power);
    for (unsigned i = 0; i < octets; ++i) {
        result.bytes[1 + i] = static_cast<std::uint8_t>(id >> (8 * (octets - 1 - i)));
    }
    result.size = 1 + octets;
    return result;
}

/// Octets before the request id of an encoded message: opening and type.
std::size_t id_offset(Encoding encoding, Bytes message) {
    switch (encoding) {
        case Encoding::json:
            return static_cast<std::size_t>(std::find(message.begin(), message.end(), ',') -
                                            message.begin()) +
                   1;
        case Encoding::msgpack:
            return 2;  // all types with a request id are below 128
        case Encoding::cbor:
            return message[1] == 0x18 ? 3 : 2;
    }
    return 0;
}

std::size_t header_size(FrameForm form, std::size_t message, Sender sender) {
    if (form.kind == FrameForm::Kind::rawsocket) return 4;
    const std::size_t base = message < 126 ? 2 : message <= 0xffff ? 4 : 10;
    return base + (sender == Sender::client ? mask_key.size() : 0);
}

void append_header(FrameForm form, std::uint8_t first_octet, std::size_t size, ByteWriter& output) {
    if (form.kind == FrameForm::Kind::rawsocket) {
        output.put_big_endian(size, 4);
        return;
    }
    output.put(first_octet);
    if (size < 126) {
        output.put(static_cast<std::uint8_t>(0x80U | size));
    } else if (size <= 0xffff) {
        output.put(std::uint8_t{0x80 | 126});
        output.put_big_endian(size, 2);
    } else {
        output.put(std::uint8_t{0x80 | 127});
        output.put_big_endian(size, 8);
    }
    output.put(std::span<const std::uint8_t>(mask_key));
}

void mask(std::uint8_t* bytes, std::size_t size) {
    std::uint64_t word_key = 0;
    std::memcpy(&word_key, mask_key.data(), 4);
    word_key |= word_key << 32;
    std::size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + at, 8);
        word ^= word_key;
        std::memcpy(bytes + at, &word, 8);
    }
    for (; at < size; ++at) bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ mask_key[at % 4]);
}

std::vector<std::uint8_t> encoded(const Message& message, Encoding encoding) {
    ByteWriter writer;
    encode(message, encoding, writer);
    return {writer.span().begin(), writer.span().end()};
}

std::uint8_t message_octet(Encoding encoding) { return is_text(encoding) ? 0x81 : 0x82; }

}  // namespace

MessageTemplate::MessageTemplate(const Message& message, Encoding encoding, FrameForm form)
    : form_(form), encoding_(encoding) {
    const std::vector<std::uint8_t> bytes = encoded(message, encoding);
    const std::size_t offset = id_offset(encoding, bytes);
    const IdBytes one = id_bytes(encoding, 1);
    CHECK(offset + one.size < bytes.size() && bytes[offset] == one.bytes[0],
          "a template is made from a message with request id 1");
    before_id_.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    after_id_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(offset + one.size), bytes.end());
}

void MessageTemplate::append(std::uint64_t id, ByteWriter& output) const {
    if (form_.kind == FrameForm::Kind::fixed) {
        std::memset(output.extend(form_.fixed_bytes), 'x', form_.fixed_bytes);
        return;
    }
    const IdBytes id_part = id_bytes(encoding_, id);
    const std::size_t size = before_id_.size() + id_part.size + after_id_.size();
    append_header(form_, message_octet(encoding_), size, output);
    std::uint8_t* start = output.extend(size);
    std::memcpy(start, before_id_.data(), before_id_.size());
    std::memcpy(start + before_id_.size(), id_part.bytes.data(), id_part.size);
    std::memcpy(start + before_id_.size() + id_part.size, after_id_.data(), after_id_.size());
    if (form_.kind == FrameForm::Kind::websocket) mask(start, size);
}

void append_masked_frame(std::uint8_t first_octet, Bytes payload, ByteWriter& output) {
    append_header({.kind = FrameForm::Kind::websocket}, first_octet, payload.size(), output);
    if (payload.empty()) return;
    std::uint8_t* start = output.extend(payload.size());
    std::memcpy(start, payload.data(), payload.size());
    mask(start, payload.size());
}

std::size_t wire_size(const Message& message, Encoding encoding, FrameForm form, Sender sender) {
    const std::size_t size = encoded(message, encoding).size();
    return size + header_size(form, size, sender);
}

}  // namespace kreisel::load
