#pragma once
// The HTTP side of the WebSocket handshake (RFC 6455 section 4): a request judged and answered by
// the server, a request made and its answer judged by the client. Plain requests get the page or a
// status that says what is wrong. Pure; confined to the connection's thread.

#include "common/wire/deflate.hpp"
#include "common/wire/http_head.hpp"
#include "common/wire/websocket.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

/// What the server answers. `end` is empty if the connection is a WebSocket from here on.
struct UpgradeAnswer {
    std::string response;
    std::optional<WireEnd> end;
    UpgradeInfo info;
    std::optional<DeflateTerms> deflate;
};

/// `text` is a whole head as HeadCollector gathered it.
[[nodiscard]] UpgradeAnswer answer_request(std::string_view text,
                                           const WebSocketServerSettings& settings);
/// Answer to a head that could not be gathered.
[[nodiscard]] UpgradeAnswer answer_fault(HttpFault fault, const WebSocketServerSettings& settings);

[[nodiscard]] std::string make_upgrade_request(const WebSocketClientSettings& settings,
                                               std::string_view key);

struct UpgradeOutcome {
    std::string fault{};  ///< empty: the server took the upgrade
    std::string subprotocol{};
    std::optional<DeflateTerms> deflate{};
    unsigned status = 0;  ///< the HTTP status that refuses the upgrade; 0: none does
};
[[nodiscard]] UpgradeOutcome judge_response(std::string_view text,
                                            const WebSocketClientSettings& settings,
                                            std::string_view key);

}  // namespace kreisel
