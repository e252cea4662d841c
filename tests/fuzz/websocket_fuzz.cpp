// Frames from a client, behind a fixed upgrade. The first octet chooses subprotocol and deflate;
// the frames' masking keys are what the fuzzer writes.
#include "common/wire/websocket.hpp"
#include "wire_cuts.hpp"

#include <array>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kreisel;
    if (size == 0) return 0;
    static const auto settings = [] {
        auto made = std::make_shared<WebSocketServerSettings>();
        made->message_bytes_max = 4096;
        made->allow_deflate = true;
        made->subprotocols = {"plain", "wamp.2.json", "wamp.2.json.batched", "wamp.2.cbor.batched"};
        return made;
    }();
    const auto& name = settings->subprotocols[data[0] % settings->subprotocols.size()];
    std::string input =
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: " +
        name + "\r\n";
    if ((data[0] & 0x80U) != 0) input += "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    input += "\r\n";
    input.append(reinterpret_cast<const char*>(data + 1), size - 1);
    fuzz::check_cuts([] { return make_websocket_server(settings); },
                     {reinterpret_cast<const std::uint8_t*>(input.data()), input.size()});
    return 0;
}
