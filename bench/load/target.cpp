#include "bench/load/target.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace kreisel::load {

namespace {

[[noreturn]] void bad_url(const std::string& url) {
    throw std::runtime_error("cannot use '" + url +
                             "': want ws://127.0.0.1:PORT/PATH, rs://127.0.0.1:PORT or "
                             "raw://127.0.0.1:PORT, or wss, rss, raws, [::1] or localhost instead, "
                             "or unix:PATH");
}

[[noreturn]] void system_failure(int fd, const char* what) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    throw std::system_error(error, std::generic_category(), what);
}

template <class Address>
void set_address(Target& target, const Address& address) {
    std::memcpy(&target.address, &address, sizeof address);
    target.address_bytes = sizeof address;
}

/// Takes `127.0.0.1:8080`, `localhost:8080` and `[::1]:8080`.
[[nodiscard]] bool set_host(Target& target, const std::string& host) {
    const std::size_t colon = host.rfind(':');
    if (colon == std::string::npos) return false;
    std::string name = host.substr(0, colon);
    if (name == "localhost") name = "127.0.0.1";
    std::uint16_t port = 0;
    const char* end = host.data() + host.size();
    const auto parsed = std::from_chars(host.data() + colon + 1, end, port);
    if (parsed.ec != std::errc{} || parsed.ptr != end || port == 0) return false;
    target.host = host;
    if (name.starts_with('[') && name.ends_with(']')) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(port);
        name = name.substr(1, name.size() - 2);
        if (::inet_pton(AF_INET6, name.c_str(), &address.sin6_addr) != 1) return false;
        set_address(target, address);
        return true;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (::inet_pton(AF_INET, name.c_str(), &address.sin_addr) != 1) return false;
    set_address(target, address);
    return true;
}

/// As the client has it: RawSocket, or with `unix+ws:` a WebSocket at /ws.
[[nodiscard]] Target unix_target(const std::string& url) {
    const bool is_websocket = url.starts_with("unix+ws:");
    const std::string path = url.substr(url.find(':') + 1);
    sockaddr_un address{};
    if (path.empty() || path.size() >= sizeof address.sun_path) bad_url(url);
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    Target target;
    target.kind = is_websocket ? Target::Kind::websocket : Target::Kind::rawsocket;
    target.host = "localhost";
    target.path = "/ws";
    set_address(target, address);
    return target;
}

/// One with addresses to come from.
[[nodiscard]] bool is_loopback(const Target& target) {
    if (target.address.ss_family != AF_INET) return false;
    sockaddr_in address{};
    std::memcpy(&address, &target.address, sizeof address);
    return (ntohl(address.sin_addr.s_addr) >> 24U) == IN_LOOPBACKNET;
}

}  // namespace

Target parse_target(const std::string& url) {
    if (url.starts_with("unix:") || url.starts_with("unix+ws:")) return unix_target(url);
    Target target;
    std::string_view rest = url;
    const std::size_t scheme_end = rest.find("://");
    if (scheme_end == std::string_view::npos) bad_url(url);
    std::string_view scheme = rest.substr(0, scheme_end);
    rest.remove_prefix(scheme_end + 3);
    target.has_tls = scheme == "wss" || scheme == "rss" || scheme == "raws";
    if (target.has_tls) scheme.remove_suffix(1);
    if (scheme == "ws") {
        target.kind = Target::Kind::websocket;
    } else if (scheme == "rs") {
        target.kind = Target::Kind::rawsocket;
    } else if (scheme == "raw") {
        target.kind = Target::Kind::raw;
    } else {
        bad_url(url);
    }
    const std::size_t slash = rest.find('/');
    target.path = slash == std::string_view::npos ? "/" : rest.substr(slash);
    if (!set_host(target, std::string(rest.substr(0, slash)))) bad_url(url);
    return target;
}

int connect_to(const Target& target, std::uint8_t source) {
    const int family = target.address.ss_family;
    const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) system_failure(fd, "socket");
    const int on = 1;
    if (family != AF_UNIX && ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
        system_failure(fd, "TCP_NODELAY");
    }
    if (source != 0 && is_loopback(target)) {
        // The port is chosen at connect(), where only the whole four-tuple must be unused.
        if (::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) != 0) {
            system_failure(fd, "IP_BIND_ADDRESS_NO_PORT");
        }
        sockaddr_in from{};
        from.sin_family = AF_INET;
        from.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + source);
        if (::bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) {
            system_failure(fd, "bind to a loopback address");
        }
    }
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&target.address), target.address_bytes) !=
            0 &&
        errno != EINPROGRESS) {
        system_failure(fd, "connect");
    }
    return fd;
}

}  // namespace kreisel::load
