#pragma once
// The lean half of the load generator: frames are cut out of the stream by their headers only, and
// of a message no more is read than its type and the id behind it. The generator shares the
// machine with the router it measures, so whatever it does not need, it does not do.
//
// Only for what the router sends (unmasked WebSocket frames, RawSocket, or the fixed sizes of the
// floor) and only after the handshake, which goes through common/wire.

#include "common/wamp/encoding.hpp"
#include "common/wamp/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kreisel::load {

using Bytes = std::span<const std::uint8_t>;

/// Type and the integer that follows it; type 0 for what is no WAMP message, id 0 for messages
/// whose second element is no integer.
struct MessageHead {
    std::uint64_t type = 0;
    std::uint64_t id = 0;
    bool is_in_pieces = false;  ///< came fragmented, and only its end is handed over
};
[[nodiscard]] MessageHead read_head(Encoding encoding, Bytes message);

struct FrameForm {
    enum class Kind : std::uint8_t { websocket, rawsocket, fixed };
    Kind kind = Kind::websocket;
    std::size_t fixed_bytes = 0;  ///< for `fixed`
};

struct CutFrame {
    enum class Kind : std::uint8_t {
        message,   ///< a whole message, or the last fragment of one
        fragment,  ///< any other fragment
        ping,
        close,
        ignored  ///< pong
    };
    Kind kind = Kind::ignored;
    /// Of the message or, for a fragmented one, of this fragment.
    Bytes payload;
    /// A message in one frame: its head may be read from the payload.
    bool is_whole = false;
};

/// Finds the next frame in `bytes`. Returns how many bytes it takes, or 0 if it is not complete.
[[nodiscard]] std::size_t cut_frame(const FrameForm& form, Bytes bytes, CutFrame& frame);

/// Shared by all connections of a generator: the place where recv() puts what it reads, behind what
/// a connection had left over.
class ReadBuffer {
  public:
    /// Room for `carry` and at least 256 KB more.
    [[nodiscard]] std::uint8_t* prepare(const std::vector<std::uint8_t>& carry);
    [[nodiscard]] std::size_t free_bytes(std::size_t carry) const { return bytes_.size() - carry; }
    [[nodiscard]] const std::uint8_t* data() const { return bytes_.data(); }

  private:
    std::vector<std::uint8_t> bytes_;
};

}  // namespace kreisel::load
