// Listeners behind proxies: whose word counts about who the client is.

#include "router/config/schema.hpp"

namespace kreisel {

namespace {

constexpr std::string_view unix_word = "unix";

const Choices<ProxyProtocol>& proxy_protocols() {
    static const Choices<ProxyProtocol> choices = {{"off", ProxyProtocol::off},
                                                   {"optional", ProxyProtocol::optional},
                                                   {"required", ProxyProtocol::required}};
    return choices;
}

const Choices<ForwardedHeader>& forwarded_headers() {
    static const Choices<ForwardedHeader> choices = {
        {"none", ForwardedHeader::none},
        {"x-forwarded-for", ForwardedHeader::x_forwarded_for},
        {"forwarded", ForwardedHeader::forwarded}};
    return choices;
}

Setting<ListenerConfig> trusted_proxies_setting() {
    return words<ListenerConfig>(
        "trusted_proxies", "addresses or networks like 10.0.0.0/8, or unix",
        [](Reader& reader, const YamlNode& node, ListenerConfig& listener) {
            const std::string* text = reader.read_scalar(node, "an address like 192.0.2.1");
            if (text == nullptr) return;
            const auto network = IpNetwork::parse(*text);
            if (network) {
                listener.trusted_proxies.networks.push_back(*network);
            } else if (*text == unix_word) {
                listener.trusted_proxies.has_unix = true;
            } else {
                reader.fail(node, "'" + *text +
                                      "' is no address; write one like 192.0.2.1 or 2001:db8::1, "
                                      "a network like 10.0.0.0/8 without bits behind its prefix, "
                                      "or unix");
            }
        },
        [](const ListenerConfig& listener) {
            std::vector<std::string> shown;
            for (const auto& network : listener.trusted_proxies.networks) {
                shown.push_back(network.to_text());
            }
            if (listener.trusted_proxies.has_unix) shown.emplace_back(unix_word);
            return shown;
        },
        [](ListenerConfig& listener) { listener.trusted_proxies = {}; });
}

}  // namespace

Table<ListenerConfig> proxy_table() {
    return {
        choice("proxy_protocol", &ListenerConfig::proxy_protocol, proxy_protocols()),
        trusted_proxies_setting(),
        choice("forwarded_header", &ListenerConfig::forwarded_header, forwarded_headers()),
    };
}

}  // namespace kreisel
