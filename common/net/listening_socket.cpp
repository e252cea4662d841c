#include "common/net/listening_socket.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace kreisel {

namespace {

constexpr int backlog = 4096;

std::string error_text(const std::string& what, int error) {
    return what + ": " + std::strerror(error);
}

/// Closes the descriptor unless it is released.
class Descriptor {
  public:
    explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    [[nodiscard]] int get() const { return descriptor_; }
    [[nodiscard]] int release() { return std::exchange(descriptor_, -1); }

  private:
    int descriptor_;
};

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;
    [[nodiscard]] const sockaddr* get() const {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
};

bool read_tcp_address(const AcceptorSettings& settings, Address& address) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    if (inet_pton(AF_INET, settings.host.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(settings.port);
        address.length = sizeof(sockaddr_in);
        return true;
    }
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    if (inet_pton(AF_INET6, settings.host.c_str(), &v6->sin6_addr) != 1) return false;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(settings.port);
    address.length = sizeof(sockaddr_in6);
    return true;
}

tl::expected<int, std::string> open_tcp(const AcceptorSettings& settings) {
    const std::string name = settings.host + " port " + std::to_string(settings.port);
    Address address;
    if (!read_tcp_address(settings, address)) {
        return tl::unexpected<std::string>("'" + settings.host +
                                           "' is no IPv4 or IPv6 address to listen on");
    }
    Descriptor descriptor(
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (descriptor.get() < 0) return tl::unexpected(error_text("cannot listen on " + name, errno));
    const int on = 1;
    const int off = 0;
    static_cast<void>(::setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
    if (address.storage.ss_family == AF_INET6) {
        // [::] takes IPv4 too, whatever the system's default is.
        static_cast<void>(
            ::setsockopt(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)));
    }
    if (::bind(descriptor.get(), address.get(), address.length) != 0 ||
        ::listen(descriptor.get(), backlog) != 0) {
        return tl::unexpected(error_text("cannot listen on " + name, errno));
    }
    return descriptor.release();
}

bool is_answered(const Address& address) {
    const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (::connect(probe.get(), address.get(), address.length) == 0) return true;
    return errno == EAGAIN || errno == EINPROGRESS;  // a full backlog has somebody behind it
}

/// A user's or group's number from its name or its digits; -1 for "leave as it is", -2 for unknown.
long owner_number(const std::string& name, bool is_group) {
    if (name.empty()) return -1;
    long number = 0;
    const auto [end, ec] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (ec == std::errc{} && end == name.data() + name.size()) return number;
    if (is_group) {
        const group* found = ::getgrnam(name.c_str());
        return found == nullptr ? -2 : static_cast<long>(found->gr_gid);
    }
    const passwd* found = ::getpwnam(name.c_str());
    return found == nullptr ? -2 : static_cast<long>(found->pw_uid);
}

tl::expected<void, std::string> set_owner(const AcceptorSettings& settings) {
    const long user = owner_number(settings.owner, false);
    const long group = owner_number(settings.group, true);
    if (user == -2) return tl::unexpected("there is no user '" + settings.owner + "'");
    if (group == -2) return tl::unexpected("there is no group '" + settings.group + "'");
    if (user == -1 && group == -1) return {};
    if (::chown(settings.path.c_str(), static_cast<uid_t>(user), static_cast<gid_t>(group)) != 0) {
        return tl::unexpected(error_text("cannot give away " + settings.path, errno));
    }
    return {};
}

tl::expected<int, std::string> open_unix(const AcceptorSettings& settings) {
    const std::string name = "unix socket " + settings.path;
    Address address;
    auto* local = reinterpret_cast<sockaddr_un*>(&address.storage);
    if (settings.path.size() >= sizeof(local->sun_path)) {
        return tl::unexpected("cannot listen on " + name + ": the path is longer than " +
                              std::to_string(sizeof(local->sun_path) - 1) + " octets");
    }
    local->sun_family = AF_UNIX;
    std::memcpy(local->sun_path, settings.path.c_str(), settings.path.size() + 1);
    address.length = sizeof(sockaddr_un);
    struct stat status {};
    if (::lstat(settings.path.c_str(), &status) == 0) {
        if (!S_ISSOCK(status.st_mode)) {
            return tl::unexpected("cannot listen on " + name +
                                  ": there is a file of that name, and it is no socket");
        }
        if (is_answered(address)) {
            return tl::unexpected("cannot listen on " + name + ": another process answers there");
        }
        ::unlink(settings.path.c_str());
    }
    Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (descriptor.get() < 0 || ::bind(descriptor.get(), address.get(), address.length) != 0) {
        return tl::unexpected(error_text("cannot listen on " + name, errno));
    }
    if (settings.mode && ::chmod(settings.path.c_str(), *settings.mode) != 0) {
        return tl::unexpected(error_text("cannot set the mode of " + name, errno));
    }
    if (const auto set = set_owner(settings); !set) {
        ::unlink(settings.path.c_str());
        return tl::unexpected(set.error());
    }
    // Nobody can connect before this, so mode and owner hold from the first connection on.
    if (::listen(descriptor.get(), backlog) != 0) {
        return tl::unexpected(error_text("cannot listen on " + name, errno));
    }
    return descriptor.release();
}

}  // namespace

tl::expected<int, std::string> open_listening_socket(const AcceptorSettings& settings) {
    return settings.path.empty() ? open_tcp(settings) : open_unix(settings);
}

std::string peer_text(const void* address, unsigned length) {
    char text[INET6_ADDRSTRLEN] = {};
    const auto* any = static_cast<const sockaddr*>(address);
    if (length >= sizeof(sockaddr_in) && any->sa_family == AF_INET) {
        const auto* v4 = static_cast<const sockaddr_in*>(address);
        inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
        return std::string(text) + ":" + std::to_string(ntohs(v4->sin_port));
    }
    if (length >= sizeof(sockaddr_in6) && any->sa_family == AF_INET6) {
        const auto* v6 = static_cast<const sockaddr_in6*>(address);
        const std::string port = ":" + std::to_string(ntohs(v6->sin6_port));
        if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
            inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], text, sizeof(text));
            return text + port;
        }
        inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
        return "[" + std::string(text) + "]" + port;
    }
    return "unix";
}

unsigned short bound_port(int descriptor) {
    sockaddr_storage address{};
    socklen_t length = sizeof(address);
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
    if (address.ss_family == AF_INET) {
        return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
    }
    if (address.ss_family == AF_INET6) {
        return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
    }
    return 0;
}

}  // namespace kreisel
