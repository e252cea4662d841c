#include "bench/load/target.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace kreisel::load {

namespace {

[[noreturn]] void bad_url(const std::string& url) {
    throw std::runtime_error("cannot use '" + url +
                             "': want ws://127.0.0.1:PORT/PATH, rs://127.0.0.1:PORT or "
                             "raw://127.0.0.1:PORT, or wss, rss, raws");
}

[[noreturn]] void system_failure(int fd, const char* what) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    throw std::system_error(error, std::generic_category(), what);
}

}  // namespace

Target parse_target(const std::string& url) {
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
    target.host = rest.substr(0, slash);
    const std::size_t colon = target.host.find(':');
    if (colon == std::string::npos) bad_url(url);
    std::string name = target.host.substr(0, colon);
    if (name == "localhost") name = "127.0.0.1";
    std::uint16_t port = 0;
    const char* end = target.host.data() + target.host.size();
    const auto parsed = std::from_chars(target.host.data() + colon + 1, end, port);
    if (parsed.ec != std::errc{} || parsed.ptr != end || port == 0) bad_url(url);
    target.address.sin_family = AF_INET;
    target.address.sin_port = htons(port);
    if (::inet_pton(AF_INET, name.c_str(), &target.address.sin_addr) != 1) bad_url(url);
    return target;
}

int connect_to(const Target& target, std::uint8_t source) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) system_failure(fd, "socket");
    const int on = 1;
    if (::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
        system_failure(fd, "TCP_NODELAY");
    }
    if (source != 0) {
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
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&target.address), sizeof target.address) !=
            0 &&
        errno != EINPROGRESS) {
        system_failure(fd, "connect");
    }
    return fd;
}

}  // namespace kreisel::load
