#pragma once
// An opened WebSocket's frames, both ways, for both roles (RFC 6455 sections 5 to 8, RFC 7692):
// octets in any cut become messages and answers; messages become frames.
//
// Shared by websocket_server.cpp and websocket_client.cpp. Holds about 150 octets between messages;
// buffers and zlib states live only while a message or control frame is incomplete. Messages that
// lie whole in one feed are slices of one block. Confined to the connection's thread.

#include "common/wire/deflate.hpp"
#include "common/wire/frame.hpp"
#include "common/wire/utf8_check.hpp"
#include "common/wire/websocket.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace kreisel {

class FrameStream {
  public:
    FrameStream(WireSide role, std::size_t message_bytes_max, std::uint64_t mask_seed)
        : message_bytes_max_(message_bytes_max), mask_state_(mask_seed), role_(role) {}

    /// After the handshake. `subprotocol_name` may be empty or foreign: text and binary pass then.
    void open(std::string_view subprotocol_name, std::optional<DeflateTerms> deflate);

    void feed(std::span<const std::uint8_t> octets, WireEvents& events);
    [[nodiscard]] bool has_ended() const { return has_ended_; }

    [[nodiscard]] Encoding encoding() const { return subprotocol_.encoding; }
    [[nodiscard]] Framing framing() const { return subprotocol_.framing; }
    void set_message_bytes_max(std::size_t bytes) { message_bytes_max_ = bytes; }
    [[nodiscard]] bool transforms_output() const {
        return deflate_.has_value() || role_ == WireSide::client;
    }

    void ping(std::span<const std::uint8_t> payload, ByteWriter& output);
    void close(std::uint16_t code, std::string_view reason, ByteWriter& output);
    /// One whole message; batched as a batch of one.
    void send(DataKind kind, std::span<const std::uint8_t> message, ByteWriter& output);
    void send_wamp(std::span<const std::uint8_t> message, ByteWriter& output);

  private:
    struct Burst;

    [[nodiscard]] std::size_t take_head(std::span<const std::uint8_t> octets, WireEvents& events);
    [[nodiscard]] std::size_t take_payload(std::span<const std::uint8_t> octets,
                                           WireEvents& events);
    [[nodiscard]] std::size_t take_whole(std::span<const std::uint8_t> octets, Burst& burst,
                                         WireEvents& events);
    [[nodiscard]] bool judge_first_octets(std::uint8_t first, std::uint8_t second,
                                          WireEvents& events);
    [[nodiscard]] bool judge_size(const FrameHead& head, WireEvents& events);
    void begin_frame(const FrameHead& head, WireEvents& events);
    void take_data(std::span<const std::uint8_t> octets, WireEvents& events);
    void inflate(std::span<const std::uint8_t> octets, WireEvents& events);
    [[nodiscard]] bool is_inflated(Inflater::Outcome outcome, std::size_t before,
                                   WireEvents& events);
    void finish_frame(WireEvents& events);
    void finish_message(WireEvents& events);
    void finish_control(WireEvents& events);
    void deliver(SharedBytes message, Opcode opcode, WireEvents& events);

    void fail(std::uint16_t code, std::string_view why, WireEvents& events);
    void append_control(Opcode opcode, std::span<const std::uint8_t> payload, ByteWriter& output);
    void append_masked(std::span<const std::uint8_t> payload, std::uint32_t mask,
                       ByteWriter& output) const;
    [[nodiscard]] std::optional<std::uint32_t> next_mask();

    ByteWriter message_;   ///< octets of the incomplete message
    std::string control_;  ///< octets of the incomplete control frame
    std::unique_ptr<Inflater> inflater_;
    std::uint64_t compressed_bytes_ = 0;  ///< of the incomplete message
    std::uint64_t payload_left_ = 0;
    std::size_t message_bytes_max_;
    std::uint64_t mask_state_;
    Utf8Check utf8_;
    std::uint32_t mask_ = 0;  ///< of the frame at hand, rotated to where it stands
    std::array<std::uint8_t, frame_head_bytes_max> head_{};
    std::uint8_t head_size_ = 0;
    Opcode opcode_ = Opcode::continuation;          ///< of the frame at hand
    Opcode message_opcode_ = Opcode::continuation;  ///< continuation: no message is open
    WireSide role_;
    Subprotocol subprotocol_;
    std::optional<DeflateTerms> deflate_;
    bool is_wamp_ = false;
    bool is_in_frame_ = false;
    bool is_final_ = false;
    bool has_sent_close_ = false;
    bool has_ended_ = false;
};

}  // namespace kreisel
