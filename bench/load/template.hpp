#pragma once
// A message that is sent a million times with nothing changing but its request id: encoded once by
// common/codec, then put together from its pieces and framed as a client does.
//
//     MessageTemplate publish(Publish{...}, settings);
//     publish.append(17, session.output());

#include "bench/load/frames.hpp"
#include "common/base/bytes.hpp"
#include "common/wamp/messages.hpp"

#include <cstdint>
#include <vector>

namespace kreisel::load {

class MessageTemplate {
  public:
    /// `message` is one of those that start with type and request id, and has request id 1.
    MessageTemplate(const Message& message, Encoding encoding, FrameForm form);

    /// Appends the message as a whole frame. A `fixed` form ignores the id and is all filler.
    void append(std::uint64_t id, ByteWriter& output) const;

  private:
    FrameForm form_;
    Encoding encoding_;
    std::vector<std::uint8_t> before_id_;
    std::vector<std::uint8_t> after_id_;
};

/// Appends a masked frame of a WebSocket client; `first_octet` is FIN and opcode.
void append_masked_frame(std::uint8_t first_octet, Bytes payload, ByteWriter& output);

/// Bytes that `message` takes on the wire, sent by a client (WebSocket frames are masked and so
/// longer) or by the router.
enum class Sender : std::uint8_t { client, router };
[[nodiscard]] std::size_t wire_size(const Message& message, Encoding encoding, FrameForm form,
                                    Sender sender);

}  // namespace kreisel::load
