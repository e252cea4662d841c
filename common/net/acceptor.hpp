#pragma once
// Acceptor: a listening TCP or unix socket that hands out connected descriptors.
//
// Survives a full descriptor table: it backs off, says so once, and goes on. Confined to the thread
// of its io_context; made and closed there or before that thread runs.

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace boost::asio {
class io_context;
}

namespace kreisel {

struct AcceptorSettings {
    /// TCP: an IPv4 or IPv6 address, no name. Empty for a unix socket.
    std::string host;
    std::uint16_t port = 0;
    /// Unix socket. A stale one (nobody answers) is removed first.
    std::string path;
    std::optional<unsigned> mode;
    std::string owner;  ///< user name or number; empty: unchanged
    std::string group;
};

class Acceptor {
  public:
    /// A connected, non-blocking, close-on-exec descriptor, now the callee's, and the peer's
    /// address.
    using OnAccept = std::function<void(int descriptor, std::string peer)>;
    /// Accepting failed (`text`) and is tried again; or works again (`text` empty).
    using OnTrouble = std::function<void(const std::string& text)>;

    virtual ~Acceptor() = default;
    virtual void start(OnAccept on_accept, OnTrouble on_trouble) = 0;
    /// Stops listening; removes a unix socket's file.
    virtual void close() = 0;
    /// The port in use, also if 0 was asked for; 0 for a unix socket.
    [[nodiscard]] virtual std::uint16_t port() const = 0;
};

/// Binds and listens. The error is one sentence for the operator.
[[nodiscard]] tl::expected<std::shared_ptr<Acceptor>, std::string> make_acceptor(
    boost::asio::io_context& context, const AcceptorSettings& settings);

}  // namespace kreisel
