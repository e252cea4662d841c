// Octets from a server to our client: half of the inputs as the answer to the upgrade, half as
// frames behind a good one.
#include "common/wire/websocket.hpp"
#include "wire_cuts.hpp"

namespace {

using namespace kreisel;

std::unique_ptr<Wire> make_client() {
    WebSocketClientSettings settings;
    settings.host = "a";
    settings.path = "/";
    settings.message_bytes_max = 4096;
    settings.offer_deflate = true;
    settings.mask_seed = 7;
    return make_websocket_client(settings);
}

/// What our own server answers to that client.
std::string good_answer() {
    auto settings = std::make_shared<WebSocketServerSettings>();
    settings->allow_deflate = true;
    const auto server = make_websocket_server(settings);
    ByteWriter request;
    make_client()->start(request);
    WireEvents events;
    server->feed(request.span(), events);
    CHECK(events.has_opened, "server and client agree");
    return std::string(events.output.text());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static const std::string answer = good_answer();
    std::string input = (data[0] & 1U) != 0 ? answer : std::string();
    input.append(reinterpret_cast<const char*>(data + 1), size - 1);
    fuzz::check_cuts(make_client,
                     {reinterpret_cast<const std::uint8_t*>(input.data()), input.size()});
    return 0;
}
