#pragma once
// Feeds one input to fresh wires whole, octet by octet and in random cuts, and demands the same
// outcome each time. Also the frames and requests that the tests of this folder are made of.

#include "common/wire/rawsocket.hpp"
#include "common/wire/websocket.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel::wire_test {

/// Everything that one input brought.
struct Seen {
    bool has_opened = false;
    bool has_pong = false;
    std::vector<std::string> messages;
    std::vector<bool> are_text;
    /// Output with `<n>` where message n stood among it.
    std::string trace;
    std::string output;
    std::optional<WireEnd> end;

    [[nodiscard]] unsigned end_code() const { return end ? end->code : 0U; }
};

using MakeWire = std::function<std::unique_ptr<Wire>()>;

/// One wire fed with `input` in pieces that `next_size` tells.
[[nodiscard]] Seen fed(const MakeWire& make, std::string_view input,
                       const std::function<std::size_t()>& next_size);
/// The common outcome of all ways to cut `input`; a difference fails the test.
[[nodiscard]] Seen fed_in_all_cuts(const MakeWire& make, std::string_view input);

struct FrameOptions {
    unsigned first_octet_or = 0;  ///< RSV bits
    bool is_final = true;
    bool is_masked = true;
};
[[nodiscard]] std::string frame(unsigned opcode, std::string_view payload,
                                FrameOptions options = {});
[[nodiscard]] std::string close_frame(unsigned code, std::string_view reason = {});
/// The frame a server sends: unmasked.
[[nodiscard]] std::string server_frame(unsigned opcode, std::string_view payload);
[[nodiscard]] std::string server_close(unsigned code, std::string_view reason = {});

inline constexpr unsigned continuation = 0;
inline constexpr unsigned text = 1;
inline constexpr unsigned binary = 2;
inline constexpr unsigned closing = 8;
inline constexpr unsigned ping = 9;
inline constexpr unsigned pong = 10;
inline constexpr FrameOptions not_final{0, false, true};

/// An upgrade request of the sample handshake of RFC 6455 1.3 with further header lines.
[[nodiscard]] std::string upgrade_request(std::string_view fields = {},
                                          std::string_view path = "/");
[[nodiscard]] std::shared_ptr<WebSocketServerSettings> plain_settings();
[[nodiscard]] std::shared_ptr<WebSocketServerSettings> wamp_settings();
[[nodiscard]] MakeWire server_of(std::shared_ptr<WebSocketServerSettings> settings);

/// Frames behind a plain upgrade; the output starts behind the 101.
[[nodiscard]] Seen after_upgrade(std::string_view frames,
                                 std::shared_ptr<WebSocketServerSettings> settings = nullptr,
                                 std::string_view fields = {});
/// Status of the answer to a request, 0 if there is none.
[[nodiscard]] int status_of(const Seen& seen);

}  // namespace kreisel::wire_test
