#include "common/wire/frame.hpp"

#include "common/wire/utf8_check.hpp"
#include "common/wire/wire.hpp"

#include <websocketpp/close.hpp>
#include <websocketpp/frame.hpp>

#include <bit>
#include <cstring>

namespace kreisel {

namespace frame = websocketpp::frame;

namespace {

std::uint64_t load64(const std::uint8_t* from) {
    std::uint64_t value = 0;
    std::memcpy(&value, from, sizeof(value));
    return value;
}

void store64(std::uint8_t* to, std::uint64_t value) { std::memcpy(to, &value, sizeof(value)); }

std::uint64_t read_big_endian(const std::uint8_t* octets, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8U | octets[i];
    return value;
}

}  // namespace

std::string_view fault_of_first_octets(std::uint8_t first, std::uint8_t second, WireSide reader) {
    const frame::basic_header head(first, second);
    const auto opcode = frame::get_opcode(head);
    if (frame::get_rsv2(head) || frame::get_rsv3(head)) return "reserved bit set";
    if (frame::opcode::reserved(opcode)) return "reserved opcode";
    if (reader == WireSide::server && !frame::get_masked(head)) return "client frame is not masked";
    if (reader == WireSide::client && frame::get_masked(head)) return "server frame is masked";
    if (frame::opcode::is_control(opcode)) {
        if (!frame::get_fin(head)) return "control frame is fragmented";
        if (frame::get_basic_size(head) > control_bytes_max) return "control frame is too long";
    }
    return {};
}

std::size_t head_bytes_of(std::uint8_t second) {
    return frame::get_header_len(frame::basic_header(0, second));
}

FrameHeadResult read_frame_head(const std::uint8_t* octets) {
    const frame::basic_header basic(octets[0], octets[1]);
    FrameHeadResult result;
    auto& head = result.head;
    head.opcode = static_cast<Opcode>(frame::get_opcode(basic));
    head.is_final = frame::get_fin(basic);
    head.is_compressed = frame::get_rsv1(basic);
    head.head_bytes = frame::get_header_len(basic);
    head.payload_bytes = frame::get_basic_size(basic);
    if (head.payload_bytes == 126) {
        head.payload_bytes = read_big_endian(octets + 2, 2);
        if (head.payload_bytes < 126) result.fault = "length is not in its shortest form";
    } else if (head.payload_bytes == 127) {
        head.payload_bytes = read_big_endian(octets + 2, 8);
        if (head.payload_bytes <= 0xffff) result.fault = "length is not in its shortest form";
        if (head.payload_bytes >> 63U != 0) result.fault = "length has its highest bit set";
    }
    if (frame::get_masked(basic)) {
        std::memcpy(&head.mask, octets + head.head_bytes - sizeof(head.mask), sizeof(head.mask));
    }
    return result;
}

void append_frame_head(Opcode opcode, Final is_final, Compressed is_compressed,
                       std::uint64_t payload_bytes, std::optional<std::uint32_t> mask,
                       ByteWriter& output) {
    const frame::basic_header basic(static_cast<frame::opcode::value>(opcode), payload_bytes,
                                    is_final == Final::yes, mask.has_value(),
                                    is_compressed == Compressed::yes);
    output.put(basic.b0);
    output.put(basic.b1);
    const unsigned short_size = basic.b1 & 0x7fU;
    if (short_size == 126) output.put_big_endian(payload_bytes, 2);
    if (short_size == 127) output.put_big_endian(payload_bytes, 8);
    if (mask) std::memcpy(output.extend(sizeof(*mask)), &*mask, sizeof(*mask));
}

bool copy_masked(const std::uint8_t* source, std::size_t size, std::uint32_t key,
                 std::uint8_t* target) {
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    const std::uint64_t wide = std::uint64_t{key} << 32U | key;
    std::uint64_t seen = 0;
    std::size_t i = 0;
    for (; size - i >= 32; i += 32) {
        const std::uint64_t a = load64(source + i) ^ wide;
        const std::uint64_t b = load64(source + i + 8) ^ wide;
        const std::uint64_t c = load64(source + i + 16) ^ wide;
        const std::uint64_t d = load64(source + i + 24) ^ wide;
        store64(target + i, a);
        store64(target + i + 8, b);
        store64(target + i + 16, c);
        store64(target + i + 24, d);
        seen |= a | b | c | d;
    }
    for (; size - i >= 8; i += 8) {
        const std::uint64_t a = load64(source + i) ^ wide;
        store64(target + i, a);
        seen |= a;
    }
    std::uint8_t octets[8] = {};
    std::memcpy(octets, &wide, sizeof(octets));
    for (std::size_t k = 0; i < size; ++i, ++k) {
        target[i] = static_cast<std::uint8_t>(source[i] ^ octets[k]);
        seen |= target[i];
    }
    return (seen & high_bits) != 0;
}

std::uint32_t rotated_mask(std::uint32_t key, std::uint64_t count) {
    const int bits = static_cast<int>(count % 4) * 8;
    // The key's first octet in memory leaves first.
    return std::endian::native == std::endian::little ? std::rotr(key, bits) : std::rotl(key, bits);
}

bool is_close_code_valid(std::uint16_t code) {
    namespace status = websocketpp::close::status;
    return !status::invalid(code) && !status::reserved(code);
}

ClosePayload read_close_payload(std::span<const std::uint8_t> payload) {
    ClosePayload result;
    result.code = close_code::none;
    if (payload.empty()) return result;
    if (payload.size() == 1) {
        result.fault_code = close_code::protocol_error;
        result.fault = "close payload of one octet";
        return result;
    }
    result.code = static_cast<std::uint16_t>(read_big_endian(payload.data(), 2));
    if (!is_close_code_valid(result.code)) {
        result.fault_code = close_code::protocol_error;
        result.fault = "close code must not be sent";
        return result;
    }
    const auto reason = payload.subspan(2);
    if (!is_utf8(reason)) {
        result.fault_code = close_code::invalid_payload;
        result.fault = "close reason is not UTF-8";
        return result;
    }
    result.reason.assign(reinterpret_cast<const char*>(reason.data()), reason.size());
    return result;
}

}  // namespace kreisel
