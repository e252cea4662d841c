// Connections of the program that embeds the router: as those of a listener, but for the socket.
#include "router/server/connection.hpp"
#include "router/server/router.hpp"

#include <boost/asio/io_context.hpp>

namespace kreisel {

ConnectionSettingsPtr Router::make_in_process_settings(const RouterConfig& config) {
    auto settings = std::make_shared<ConnectionSettings>();
    ListenerConfig& listener = settings->listener;
    listener.kind = ListenerConfig::Kind::in_process;
    listener.address = in_process_peer;
    listener.has_websocket = false;
    listener.forwarded_header = ForwardedHeader::none;
    listener.limits = config.limits;
    listener.keep_alive = config.keep_alive;
    settings->websocket = std::make_shared<WebSocketServerSettings>();
    settings->rawsocket.encodings = listener.serializers;
    settings->rawsocket.message_bytes_max = listener.limits.message_bytes_max;
    return settings;
}

std::unique_ptr<Stream> Router::open_in_process(const Strand& strand, LocalFacts facts) {
    Shard& shard = next_shard();
    MemoryStreams streams = make_memory_streams(strand, shard.context(), std::move(facts));
    // In a shared_ptr because tasks are copied.
    auto far = std::make_shared<std::unique_ptr<Stream>>(std::move(streams.router));
    shard.post([this, &shard, far] {
        shard.metrics().connections_accepted.add();
        // Without an answer its stream just ends, as a socket would.
        if (is_overrun(shard.metrics(), in_process_peer)) return;
        connections_.enter();
        const ConnectionSettingsPtr& settings = shard.view()->settings[in_process_listener];
        auto connection =
            std::make_shared<Connection>(shard, std::move(*far), in_process_listener, settings);
        shard.add(connection);
        connection->start();
    });
    return std::move(streams.client);
}

}  // namespace kreisel
