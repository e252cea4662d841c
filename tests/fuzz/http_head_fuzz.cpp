// The HTTP side of the WebSocket port: any octets as a request. Cuts make no difference, and every
// whole head gets exactly one answer that our own strict reader understands.
#include "common/wire/http_head.hpp"
#include "common/wire/websocket.hpp"
#include "wire_cuts.hpp"

namespace {

using namespace kreisel;

std::shared_ptr<const WebSocketServerSettings> make_settings() {
    auto settings = std::make_shared<WebSocketServerSettings>();
    settings->paths = {"/ws"};
    settings->subprotocols = {"wamp.2.json"};
    settings->origins = {"https://*.example.com", "http://localhost:*"};
    settings->allow_deflate = true;
    settings->http_head_bytes_max = 2048;
    settings->page = "<p>page";
    return settings;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto settings = make_settings();
    const std::span<const std::uint8_t> input(data, size);
    fuzz::check_cuts([] { return make_websocket_server(settings); }, input);

    const auto wire = make_websocket_server(settings);
    WireEvents events;
    wire->feed(input, events);
    if (!events.has_opened && !events.end) return 0;
    HeadCollector collector(1U << 20U);
    static_cast<void>(collector.feed(events.output.span()));
    CHECK(collector.is_whole(), "the answer has a whole head");
    const auto [head, fault] = read_response_head(collector.text());
    CHECK(!fault, "the answer is strict HTTP");
    CHECK((head.status == 101) == events.has_opened, "only a 101 opens");
    CHECK(head.has_element("Connection", head.status == 101 ? "upgrade" : "close"),
          "every answer says what becomes of the connection");
    return 0;
}
