#include "router/server/open_stream.hpp"

#include "common/net/proxy_stream.hpp"
#include "common/net/tls_stream.hpp"

namespace kreisel {

namespace {

ProxyHeaderRule rule_for(const ListenerConfig& listener, const std::string& peer) {
    const bool is_required = listener.proxy_protocol == ProxyProtocol::required;
    if (listener.trusted_proxies.contains_peer(peer)) {
        return is_required ? ProxyHeaderRule::required : ProxyHeaderRule::optional;
    }
    return is_required ? ProxyHeaderRule::nobody_trusted : ProxyHeaderRule::refused;
}

}  // namespace

std::unique_ptr<Stream> open_stream(boost::asio::io_context& context, int descriptor,
                                    std::string peer, const ConnectionSettings& settings) {
    const ListenerConfig& listener = settings.listener;
    const ProxyHeaderRule rule = rule_for(listener, peer);
    auto stream = make_socket_stream(context, descriptor, std::move(peer));
    if (listener.proxy_protocol != ProxyProtocol::off) {
        stream = make_proxy_stream(context, std::move(stream), rule);
    }
    if (settings.tls != nullptr) {
        stream = make_tls_stream(context, std::move(stream), settings.tls);
    }
    return stream;
}

}  // namespace kreisel
