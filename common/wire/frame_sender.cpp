// The sending half of FrameStream: masking, compression, control frames.
#include "common/wire/batch.hpp"
#include "common/wire/frame_stream.hpp"

#include <algorithm>

namespace kreisel {

namespace {

/// Below this deflate gains nothing that its time is worth.
constexpr std::size_t compressed_bytes_min = 64;
constexpr std::size_t close_reason_bytes_max = control_bytes_max - 2;

/// `text` cut to the limit of a close frame without cutting a character.
std::string_view cut_reason(std::string_view text) {
    if (text.size() <= close_reason_bytes_max) return text;
    std::size_t size = close_reason_bytes_max;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80) --size;
    return text.substr(0, size);
}

std::span<const std::uint8_t> octets_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

/// SplitMix64: a new key for every frame (RFC 6455 5.3), from a seed that the owner drew.
std::optional<std::uint32_t> FrameStream::next_mask() {
    if (role_ == WireSide::server) return std::nullopt;
    std::uint64_t z = mask_state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return static_cast<std::uint32_t>((z ^ (z >> 31U)) >> 16U);
}

void FrameStream::append_masked(std::span<const std::uint8_t> payload, std::uint32_t mask,
                                ByteWriter& output) const {
    if (payload.empty()) return;
    if (role_ == WireSide::server) return output.put(payload);
    static_cast<void>(
        copy_masked(payload.data(), payload.size(), mask, output.extend(payload.size())));
}

void FrameStream::append_control(Opcode opcode, std::span<const std::uint8_t> payload,
                                 ByteWriter& output) {
    const auto mask = next_mask();
    append_frame_head(opcode, Final::yes, Compressed::no, payload.size(), mask, output);
    append_masked(payload, mask.value_or(0), output);
}

void FrameStream::ping(std::span<const std::uint8_t> payload, ByteWriter& output) {
    if (has_sent_close_ || has_ended_) return;
    append_control(Opcode::ping, payload.first(std::min(payload.size(), control_bytes_max)),
                   output);
}

void FrameStream::close(std::uint16_t code, std::string_view reason, ByteWriter& output) {
    if (has_ended_ || std::exchange(has_sent_close_, true)) return;
    if (code == close_code::none) return append_control(Opcode::close, {}, output);
    ByteWriter payload(control_bytes_max);
    payload.put_big_endian(code, 2);
    const auto cut = cut_reason(reason);
    if (is_utf8(octets_of(cut))) payload.put(cut);
    append_control(Opcode::close, payload.span(), output);
}

void FrameStream::send(DataKind kind, std::span<const std::uint8_t> message, ByteWriter& output) {
    const auto opcode = kind == DataKind::text ? Opcode::text : Opcode::binary;
    const auto mask = next_mask();
    if (deflate_ && message.size() >= compressed_bytes_min) {
        const unsigned bits =
            role_ == WireSide::server ? deflate_->server_window_bits : deflate_->client_window_bits;
        ByteWriter compressed;
        if (deflate_message(message, bits, compressed)) {
            append_frame_head(opcode, Final::yes, Compressed::yes, compressed.size(), mask, output);
            return append_masked(compressed.span(), mask.value_or(0), output);
        }
    }
    output.reserve(frame_head_bytes_max + message.size());
    append_frame_head(opcode, Final::yes, Compressed::no, message.size(), mask, output);
    append_masked(message, mask.value_or(0), output);
}

void FrameStream::send_wamp(std::span<const std::uint8_t> message, ByteWriter& output) {
    if (has_sent_close_ || has_ended_) return;
    const auto kind = is_text(subprotocol_.encoding) ? DataKind::text : DataKind::binary;
    if (subprotocol_.framing != Framing::websocket_batched) return send(kind, message, output);
    ByteWriter batch(message.size() + batch_prefix_bytes);
    append_batch_prefix(subprotocol_.encoding, message.size(), batch);
    batch.put(message);
    if (is_text(subprotocol_.encoding)) batch.put(json_batch_end);
    send(kind, batch.span(), output);
}

}  // namespace kreisel
