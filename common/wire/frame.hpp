#pragma once
// Frames of RFC 6455 section 5: heads read and written, payloads masked, close payloads judged.
//
// Stateless helpers of frame_stream.hpp and wire.cpp; any thread. The bit layout, opcodes and close
// codes are websocketpp's.

#include "common/base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kreisel {

enum class Opcode : std::uint8_t {
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xa
};

[[nodiscard]] constexpr bool is_control(Opcode opcode) {
    return (static_cast<unsigned>(opcode) & 8U) != 0;
}

/// Longest payload of a control frame (RFC 6455 5.5).
inline constexpr std::size_t control_bytes_max = 125;
inline constexpr std::size_t frame_head_bytes_max = 14;

/// Who reads: a server expects masked frames, a client unmasked ones.
enum class WireSide : std::uint8_t { server, client };

struct FrameHead {
    Opcode opcode = Opcode::continuation;
    bool is_final = false;
    bool is_compressed = false;  ///< RSV1
    std::uint64_t payload_bytes = 0;
    std::uint32_t mask = 0;  ///< as it lies in memory; 0 for an unmasked frame
    std::size_t head_bytes = 0;
};

/// Sentence for the close frame if the first two octets break RFC 6455 5.2; empty if they are fine.
/// RSV1 is judged by the caller, who knows about extensions.
[[nodiscard]] std::string_view fault_of_first_octets(std::uint8_t first, std::uint8_t second,
                                                     WireSide reader);

/// Octets of the whole head, told by its second octet.
[[nodiscard]] std::size_t head_bytes_of(std::uint8_t second);

struct FrameHeadResult {
    FrameHead head;
    std::string_view fault;  ///< not empty: lengths not minimal or over 63 bits
};
/// `octets` holds at least head_bytes_of() octets, the first two judged before.
[[nodiscard]] FrameHeadResult read_frame_head(const std::uint8_t* octets);

enum class Final : std::uint8_t { no, yes };
enum class Compressed : std::uint8_t { no, yes };

/// Head of an unmasked frame, or with `mask` of a masked one.
void append_frame_head(Opcode opcode, Final is_final, Compressed is_compressed,
                       std::uint64_t payload_bytes, std::optional<std::uint32_t> mask,
                       ByteWriter& output);

/// Copies `source` to `target` masked or unmasked; `key` is the mask as it lies in memory, rotated
/// to this place of the frame. True if an octet of the result is not ASCII.
[[nodiscard]] bool copy_masked(const std::uint8_t* source, std::size_t size, std::uint32_t key,
                               std::uint8_t* target);
/// The key for the octet `count` places further on.
[[nodiscard]] std::uint32_t rotated_mask(std::uint32_t key, std::uint64_t count);

struct ClosePayload {
    std::uint16_t code = 0;  ///< 1005 for an empty payload
    std::string reason;
    /// Set if the payload breaks RFC 6455 5.5.1 or 7.4: the code to answer with, and why.
    std::uint16_t fault_code = 0;
    std::string_view fault;
};
[[nodiscard]] ClosePayload read_close_payload(std::span<const std::uint8_t> payload);

/// True if a peer may send this code in a close frame.
[[nodiscard]] bool is_close_code_valid(std::uint16_t code);

}  // namespace kreisel
