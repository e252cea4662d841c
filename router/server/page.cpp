#include "router/server/page.hpp"

#include "common/wamp/encoding.hpp"

namespace kreisel {

std::string make_page(const ListenerConfig& listener) {
    std::string subprotocols;
    for (const Encoding encoding : listener.serializers) {
        if (!subprotocols.empty()) subprotocols += ", ";
        subprotocols += subprotocol_of(encoding, Framing::websocket);
    }
    const std::string path = listener.paths.empty() ? "/" : listener.paths.front();
    return "<!DOCTYPE html>\n"
           "<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Kreisel</title>\n"
           "<style>body{font:16px/1.5 sans-serif;max-width:42em;margin:3em auto;padding:0 1em}"
           "code{background:#eee;padding:.1em .3em}</style></head><body>\n"
           "<h1>Kreisel</h1>\n"
           "<p>A WAMP router answers here: remote procedure calls and publish/subscribe over "
           "WebSocket.</p>\n"
           "<p>Connect a WAMP client to <code>" +
           std::string(listener.tls.is_on() ? "wss" : "ws") + "://<i>this host and port</i>" +
           path + "</code> with one of the subprotocols <code>" + subprotocols +
           "</code>.</p>\n</body></html>\n";
}

}  // namespace kreisel
