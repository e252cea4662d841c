// Listeners: where the router can be reached, and how.

#include "router/config/schema.hpp"
#include "router/config/settings.hpp"

namespace kreisel {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::size_t unix_path_max = 107;

enum class Transport : std::uint8_t { websocket, rawsocket };

const Choices<Transport>& transports() {
    static const Choices<Transport> choices = {{"websocket", Transport::websocket},
                                               {"rawsocket", Transport::rawsocket}};
    return choices;
}

const Choices<Encoding>& encodings() {
    static const Choices<Encoding> choices = {
        {"json", Encoding::json}, {"msgpack", Encoding::msgpack}, {"cbor", Encoding::cbor}};
    return choices;
}

constexpr auto address_type =
    "an address like 127.0.0.1:8080, [::]:8080 or unix:/run/kreisel.sock (names are not looked "
    "up)";

/// Reads into what has `address`, `host`, `port` and `path`.
template <class Place>
bool read_address(Reader& reader, const YamlNode& node, const std::string& address, Place& place) {
    place.address = address;
    if (address.rfind(unix_prefix, 0) == 0) {
        place.path = address.substr(unix_prefix.size());
        if (place.path.empty() || place.path.size() > unix_path_max) {
            reader.fail(node, "the path of a unix socket has 1 to 107 octets");
        }
        return true;
    }
    const auto tcp = parse_tcp_address(address);
    if (!tcp) return false;
    place.host = tcp->host;
    place.port = tcp->port;
    return true;
}

template <class Place>
Setting<Place> address_setting() {
    return scalar<Place>("address", address_type, read_address<Place>, [](const Place& place) {
        return place.address.empty() ? std::string() : show_text(place.address);
    });
}

Setting<ListenerConfig> listener_address_setting() {
    auto setting = address_setting<ListenerConfig>();
    setting.read = [read = setting.read](Reader& reader, const YamlNode& node,
                                         ListenerConfig& listener) {
        read(reader, node, listener);
        listener.kind =
            listener.path.empty() ? ListenerConfig::Kind::tcp : ListenerConfig::Kind::unix_socket;
    };
    return setting;
}

Setting<ListenerConfig> transports_setting() {
    return words<ListenerConfig>(
        "transports", "websocket, rawsocket",
        [](Reader& reader, const YamlNode& node, ListenerConfig& listener) {
            const auto transport = read_choice(reader, node, transports());
            if (transport == Transport::websocket) listener.has_websocket = true;
            if (transport == Transport::rawsocket) listener.has_rawsocket = true;
        },
        [](const ListenerConfig& listener) {
            std::vector<std::string> names;
            if (listener.has_websocket) names.emplace_back("websocket");
            if (listener.has_rawsocket) names.emplace_back("rawsocket");
            return names;
        },
        [](ListenerConfig& listener) {
            listener.has_websocket = false;
            listener.has_rawsocket = false;
        });
}

Setting<ListenerConfig> paths_setting() {
    return words<ListenerConfig>(
        "paths", "paths like /ws",
        [](Reader& reader, const YamlNode& node, ListenerConfig& listener) {
            const std::string* path = reader.read_scalar(node, "a path like /ws");
            if (path == nullptr) return;
            if (path->empty() || path->front() != '/' ||
                path->find_first_of(" ?#\t\r\n") != std::string::npos) {
                reader.fail(node, "'" + *path + "' is no path; write one like /ws");
                return;
            }
            listener.paths.push_back(*path);
        },
        [](const ListenerConfig& listener) { return listener.paths; },
        [](ListenerConfig& listener) { listener.paths.clear(); });
}

Setting<ListenerConfig> origins_setting() {
    return words<ListenerConfig>(
        "origins", "origins like https://example.com or https://*.example.com",
        [](Reader& reader, const YamlNode& node, ListenerConfig& listener) {
            const std::string* origin = reader.read_scalar(node, "an origin");
            if (origin == nullptr) return;
            const bool is_host = origin->find("://") != std::string::npos &&
                                 origin->find('/', origin->find("://") + 3) == std::string::npos;
            if (!is_host && *origin != "null" && *origin != "*") {
                reader.fail(node, "'" + *origin +
                                      "' is no origin; write scheme and host without a path, like "
                                      "https://example.com");
                return;
            }
            listener.origins.push_back(*origin);
        },
        [](const ListenerConfig& listener) { return listener.origins; },
        [](ListenerConfig& listener) { listener.origins.clear(); });
}

Setting<ListenerConfig> serializers_setting() {
    return words<ListenerConfig>(
        "serializers", "json, msgpack, cbor",
        [](Reader& reader, const YamlNode& node, ListenerConfig& listener) {
            const auto encoding = read_choice(reader, node, encodings());
            if (encoding) listener.serializers.push_back(*encoding);
        },
        [](const ListenerConfig& listener) {
            std::vector<std::string> names;
            for (const Encoding encoding : listener.serializers) {
                names.push_back(show_choice(encodings(), encoding));
            }
            return names;
        },
        [](ListenerConfig& listener) { listener.serializers.clear(); });
}

Setting<ListenerConfig> unix_mode_setting() {
    return scalar<ListenerConfig>(
        "unix_mode", "a mode like 0660",
        [](Reader&, const YamlNode&, const std::string& mode, ListenerConfig& listener) {
            listener.unix_mode = parse_mode(mode);
            return listener.unix_mode.has_value();
        },
        [](const ListenerConfig& listener) {
            return listener.unix_mode ? show_mode(*listener.unix_mode) : std::string();
        });
}

void judge_listener(Reader& reader, const YamlNode& node, const ListenerConfig& listener) {
    const auto fail_key = [&](std::string_view key, std::string why) {
        const Reader::Step step(reader, key);
        reader.fail(place_of(node, key), std::move(why));
    };
    if (!listener.has_websocket && !listener.has_rawsocket &&
        place_of(node, "transports").items.empty()) {
        fail_key("transports", "is empty; write websocket, rawsocket or both");
    }
    if (listener.serializers.empty() && place_of(node, "serializers").items.empty()) {
        fail_key("serializers", "is empty; write json, msgpack, cbor or several of them");
    }
    if (listener.has_websocket && listener.paths.empty() && place_of(node, "paths").items.empty()) {
        fail_key("paths", "is empty; WebSocket needs a path like /ws");
    }
    if (listener.proxy_protocol != ProxyProtocol::off && listener.trusted_proxies.empty()) {
        fail_key("proxy_protocol",
                 "needs trusted_proxies, the addresses whose PROXY headers are believed");
    }
    const YamlNode& tls = place_of(node, "tls");
    const bool is_unix = listener.kind == ListenerConfig::Kind::unix_socket;
    if (&tls != &node && is_unix) fail_key("tls", "is for TCP addresses, not for unix:");
    if (&tls != &node && !is_unix) {
        const Reader::Step step(reader, "tls");
        judge_tls(reader, tls, listener.tls);
    }
    judge_cookie(reader, node, listener);
    if (is_unix) return;
    for (const char* key : {"unix_mode", "unix_owner", "unix_group"}) {
        if (&place_of(node, key) != &node) fail_key(key, "is for addresses that begin with unix:");
    }
}

/// Told as a whole only where it is on: without a certificate there is nothing to set.
Setting<ListenerConfig> tls_setting() {
    auto setting = section("tls", lifted(tls_table(), &ListenerConfig::tls));
    setting.tell = [tell = setting.tell](const ListenerConfig& listener,
                                         const ListenerConfig* defaults, Visitor& visitor) {
        if (listener.tls.is_on()) return tell(listener, defaults, visitor);
        visitor.on_value("tls", "", true, Visitor::Secret::no);
    };
    return setting;
}

Table<ListenerConfig> listener_table() {
    using Listener = ListenerConfig;
    Table<Listener> table = {required(listener_address_setting()),
                             transports_setting(),
                             paths_setting(),
                             origins_setting(),
                             serializers_setting(),
                             boolean("batched", &Listener::has_batched),
                             boolean("deflate", &Listener::has_deflate),
                             cookie_setting(),
                             unix_mode_setting(),
                             text("unix_owner", "a user name or number", &Listener::unix_owner),
                             text("unix_group", "a group name or number", &Listener::unix_group),
                             tls_setting()};
    table = joined(std::move(table), proxy_table());
    table.push_back(section("limits", lifted(connection_limits_table(), &Listener::limits)));
    table.push_back(section("keep_alive", lifted(keep_alive_table(), &Listener::keep_alive)));
    return table;
}

}  // namespace

Setting<AdminConfig> admin_address_setting() { return address_setting<AdminConfig>(); }

Setting<RouterConfig> listeners_setting() {
    ListAccess<RouterConfig, ListenerConfig> access;
    access.make = [](Reader& reader) {
        ListenerConfig listener;
        listener.limits = reader.config().limits;
        listener.keep_alive = reader.config().keep_alive;
        return listener;
    };
    access.get = [](const RouterConfig& config) { return config.listeners; };
    access.add = [](Reader& reader, const YamlNode& node, RouterConfig& config,
                    ListenerConfig listener) {
        judge_listener(reader, node, listener);
        config.listeners.push_back(std::move(listener));
    };
    access.name = [](const ListenerConfig& listener) { return listener.address; };
    access.name_key = "address";
    return list_of("listeners", listener_table(), std::move(access));
}

}  // namespace kreisel
