#pragma once
// Wire: one connection's byte stream seen as messages, without I/O.
//
// The owner feeds what it read and writes what it finds in `WireEvents::output`; messages, the end
// of the handshake and the end of the stream come as events of the same feed. Implementations:
// WebSocket (websocket.hpp) and RawSocket (rawsocket.hpp), each as server and as client.
//
//     wire->feed(bytes, events);
//     if (events.has_opened) ...          // handshake done: encoding() and framing() hold
//     for (auto& message : events.messages) ...
//     write(std::move(events.output));    // answers: handshake, pongs, close
//     if (events.end) close_after_write();
//
// Confined to the connection's thread.

#include "common/base/bytes.hpp"
#include "common/wamp/encoding.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

/// WebSocket close codes that Kreisel sends (RFC 6455 7.4.1 and the IANA registry).
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unacceptable_data = 1003;
inline constexpr std::uint16_t none = 1005;  ///< never on the wire: the peer gave no code
inline constexpr std::uint16_t invalid_payload = 1007;
inline constexpr std::uint16_t policy_violation = 1008;
inline constexpr std::uint16_t too_big = 1009;
inline constexpr std::uint16_t internal_error = 1011;
inline constexpr std::uint16_t service_restart = 1012;
inline constexpr std::uint16_t try_again_later = 1013;
}  // namespace close_code

struct WireMessage {
    SharedBytes bytes;
    /// A WebSocket text message; RawSocket has no such difference and sets it for JSON.
    bool is_text = false;
    /// Size of WireEvents::output when the message was complete. An answer to it belongs in front
    /// of what stands behind that place (pongs and the close frame that came later).
    std::size_t output_offset = 0;
};

/// Why and how the stream ended: nothing that arrives later is looked at.
struct WireEnd {
    enum class Cause : std::uint8_t {
        refused,  ///< handshake refused; the answer (HTTP status, RawSocket error) is in the output
        served,   ///< a plain HTTP request was answered; no WAMP here
        peer_close,  ///< the peer's close frame; the echo is in the output
        violation    ///< the peer broke the rules of the wire; the close frame is in the output
    };
    Cause cause = Cause::violation;
    std::uint16_t code = close_code::protocol_error;
    /// For the log: what the peer did, or the peer's own reason.
    std::string reason;
};

/// What one feed brought. Owned by the reader and reused; clear() keeps the vector's memory.
struct WireEvents {
    bool has_opened = false;
    bool has_pong = false;
    std::vector<WireMessage> messages;
    ByteWriter output;
    std::optional<WireEnd> end;

    void clear() {
        has_opened = false;
        has_pong = false;
        messages.clear();
        output.truncate(0);
        end.reset();
    }
};

class Wire {
  public:
    virtual ~Wire() = default;

    /// Client side: the bytes that open the handshake. Server side: nothing.
    virtual void start(ByteWriter& output) { static_cast<void>(output); }
    /// Takes bytes in any cut. Messages that came before a violation are delivered.
    virtual void feed(std::span<const std::uint8_t> bytes, WireEvents& events) = 0;

    /// Valid once opened.
    [[nodiscard]] virtual Encoding encoding() const = 0;
    [[nodiscard]] virtual Framing framing() const = 0;
    /// Longest message the peer takes, in bytes; RawSocket peers say so, others are unlimited.
    [[nodiscard]] virtual std::size_t peer_message_bytes_max() const { return SIZE_MAX; }
    /// Longest message taken from now on.
    virtual void set_message_bytes_max(std::size_t bytes) = 0;

    /// Appends a ping with `payload` (at most 125 octets).
    virtual void ping(std::span<const std::uint8_t> payload, ByteWriter& output) = 0;
    /// Appends the polite end: a close frame for WebSocket, nothing for RawSocket. `reason` is cut
    /// to 123 octets at a character. Nothing is appended the second time or after the peer's close.
    virtual void close(std::uint16_t code, std::string_view reason, ByteWriter& output) = 0;

    /// True if outgoing messages must be framed by frame_message() because this connection
    /// transforms them (deflate, client masking); else shared frames (Parcel) fit.
    [[nodiscard]] virtual bool transforms_output() const { return false; }
    /// Appends one whole message as this connection sends it.
    virtual void frame_message(std::span<const std::uint8_t> message, ByteWriter& output) = 0;
};

/// Appends the header that goes before a message of `size` bytes on its way from a server:
/// WebSocket (FIN, text or binary), batched (the WebSocket header of a batch of one; for binary its
/// length prefix too) or RawSocket. A batched JSON message is followed by the octet 0x1e, which is
/// counted in the header but not appended here.
void append_server_header(Framing framing, Encoding encoding, std::size_t size, ByteWriter& output);

/// Octet behind every message of a JSON batch (rfc/text/advanced/transport_batched_websocket).
inline constexpr std::uint8_t json_batch_end = 0x1e;

/// Octets that a batch of one has beyond its message: the JSON separator or the length prefix.
[[nodiscard]] constexpr std::size_t batch_extra_bytes(Encoding encoding) {
    return is_text(encoding) ? 1 : 4;
}
/// Appends the length prefix of a batched message of `size` bytes; nothing for JSON.
void append_batch_prefix(Encoding encoding, std::size_t size, ByteWriter& output);

/// A large WebSocket message sent by a server in several frames, so that a pong can pass:
/// the header of one of them, `size` octets of payload behind it. What batching adds belongs to
/// the payload: the prefix to the first fragment, the separator to the last.
enum class FragmentPart : std::uint8_t { first, middle, last };
void append_fragment_header(FragmentPart part, Encoding encoding, std::size_t size,
                            ByteWriter& output);

}  // namespace kreisel
