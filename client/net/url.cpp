#include "client/net/url.hpp"

#include "common/base/ip_address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace kreisel::client {

namespace {

using Scheme = Url::Scheme;

struct SchemeName {
    std::string_view text;
    Scheme scheme;
};

/// The first name of a scheme is the one that is written.
constexpr std::array<SchemeName, 8> scheme_names = {{
    {"ws", Scheme::ws},
    {"wss", Scheme::wss},
    {"tcp", Scheme::tcp},
    {"tcps", Scheme::tcps},
    {"unix", Scheme::unix_socket},
    {"unix+ws", Scheme::unix_websocket},
    {"rs", Scheme::tcp},
    {"rss", Scheme::tcps},
}};

/// Longest path of a unix socket (sun_path of Linux, without the final zero).
constexpr std::size_t unix_path_bytes_max = 107;
constexpr std::size_t url_bytes_max = 8192;
constexpr std::string_view unix_target = "/ws";

std::string_view name_of(Scheme scheme) {
    return std::find_if(scheme_names.begin(), scheme_names.end(),
                        [&](const SchemeName& name) { return name.scheme == scheme; })
        ->text;
}

/// 0: there is none.
std::uint16_t default_port(Scheme scheme) {
    if (scheme == Scheme::ws) return 80;
    return scheme == Scheme::wss ? 443 : 0;
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    return lower;
}

/// The text up to a query or a password, for an error.
std::string shown(std::string_view text) {
    constexpr std::size_t shown_max = 200;
    std::string part(text.substr(0, std::min(text.find('?'), shown_max)));
    const auto at = part.find('@');
    if (at != std::string::npos) part.replace(0, at, "...");
    std::replace_if(
        part.begin(), part.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return part;
}

tl::unexpected<Error> refuse(std::string_view text, const std::string& why) {
    return fail(kreisel::uris::invalid_argument, "the URL " + shown(text) + " " + why);
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

std::optional<std::uint16_t> read_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (ec != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

/// `host`, `host:port`, `[v6]:port` into `url`; the fault in words, or nothing.
std::string read_authority(std::string_view authority, Url& url) {
    if (authority.find('@') != std::string_view::npos) {
        return "holds a user name; write it without, and give authid and credentials apart";
    }
    std::string_view rest;
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == std::string_view::npos) return "lacks the ] behind its IPv6 address";
        url.host = authority.substr(1, end - 1);
        rest = authority.substr(end + 1);
        const auto address = IpAddress::parse(url.host);
        if (!address || url.host.find(':') == std::string::npos) {
            return "holds no IPv6 address between [ and ]";
        }
    } else {
        const auto colon = authority.find(':');
        url.host = lower_case(authority.substr(0, colon));
        rest = colon == std::string_view::npos ? "" : authority.substr(colon);
        if (rest.find(':', 1) != std::string_view::npos) {
            return "has several colons in its host; write an IPv6 address in brackets, as in "
                   "tcp://[::1]:9000";
        }
        if (url.host.empty()) return "names no host; write one, as in ws://localhost:8080/ws";
        if (url.host.size() > 253 ||
            !std::all_of(url.host.begin(), url.host.end(), is_host_character)) {
            return "has a host that is none; write letters, digits, dots and hyphens (a name of "
                   "other letters in its xn-- form)";
        }
    }
    url.port = default_port(url.scheme);
    if (rest.empty() && url.port == 0) {
        return "needs a port; write it behind the host, as in tcp://localhost:9000";
    }
    if (rest.empty()) return {};
    const auto port = rest.starts_with(':') ? read_port(rest.substr(1)) : std::nullopt;
    if (!port) return "has no port between 1 and 65535 behind its host";
    url.port = *port;
    return {};
}

/// What stands behind host and port.
std::string read_target(std::string_view target, Url& url) {
    if (!url.is_websocket()) {
        if (target.empty() || target == "/") return {};
        return "has a path, which RawSocket cannot send; write " + url.to_text() +
               ", or ws:// for a WebSocket";
    }
    url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
    return {};
}

Result<Url> parse_unix(std::string_view text, Url url, std::string_view path) {
    // unix:///path is what generic URL libraries make of it.
    if (path.starts_with("///")) path.remove_prefix(2);
    if (path.empty() || path.starts_with("//")) {
        return refuse(text, "names no socket; write its path, as in unix:/run/router.sock");
    }
    if (path.size() > unix_path_bytes_max) {
        return refuse(text, "has a path of more than 107 octets, which no unix socket can have");
    }
    if (path.find('\0') != std::string_view::npos) return refuse(text, "has a zero octet");
    url.path = path;
    url.target = unix_target;
    return url;
}

}  // namespace

std::string Url::authority() const {
    if (is_unix()) return "localhost";
    std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != default_port(scheme)) text += ":" + std::to_string(port);
    return text;
}

std::string Url::to_text() const {
    if (scheme == Scheme::in_process) return "the router in this process";
    const std::string start(name_of(scheme));
    if (is_unix()) return start + ":" + path;
    std::string text = start + "://" + authority();
    if (is_websocket()) text += target.substr(0, target.find('?'));
    return text;
}

Result<Url> parse_url(std::string_view text) {
    if (text.size() > url_bytes_max) return refuse(text, "is longer than 8192 octets");
    const auto colon = text.find(':');
    const std::string scheme = lower_case(text.substr(0, colon));
    const auto known = std::find_if(scheme_names.begin(), scheme_names.end(),
                                    [&](const SchemeName& name) { return name.text == scheme; });
    if (colon == std::string_view::npos || known == scheme_names.end()) {
        return refuse(text,
                      "must begin with ws://, wss://, tcp://, tcps:// or unix:, as in "
                      "ws://localhost:8080/ws");
    }
    Url url;
    url.scheme = known->scheme;
    std::string_view rest = text.substr(colon + 1);
    if (url.is_unix()) return parse_unix(text, std::move(url), rest);
    if (!rest.starts_with("//")) {
        return refuse(text, "lacks // behind " + scheme + ":, as in " + scheme + "://localhost");
    }
    rest.remove_prefix(2);
    if (std::any_of(rest.begin(), rest.end(), [](char c) { return c <= ' ' || c > '~'; })) {
        return refuse(text, "has a space or a character outside ASCII; write it as %20 and so on");
    }
    // RFC 6455 3: fragments mean nothing in the URL of a WebSocket.
    if (rest.find('#') != std::string_view::npos) {
        return refuse(text, "has a fragment; leave out # and what follows");
    }
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    std::string fault = read_authority(rest.substr(0, end), url);
    if (fault.empty()) fault = read_target(rest.substr(end), url);
    if (!fault.empty()) return refuse(text, fault);
    return url;
}

}  // namespace kreisel::client
