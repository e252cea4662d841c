#pragma once
// Stream: one connected socket behind a small face, so that connections do not know whether they
// stand on TCP, a unix socket or TLS. Reads and writes never block; waiting is asynchronous.
//
// Owned by one connection, confined to its thread. The owner is kept alive by pending waits.

#include "common/net/local_facts.hpp"
#include "common/net/tls_facts.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <sys/uio.h>

namespace boost::asio {
class io_context;
}

namespace kreisel {

/// Told when the stream can go on. Held by shared_ptr; waits keep it alive.
class StreamOwner : public std::enable_shared_from_this<StreamOwner> {
  public:
    virtual ~StreamOwner() = default;
    virtual void on_readable(const boost::system::error_code& ec) = 0;
    virtual void on_writable(const boost::system::error_code& ec) = 0;
};

struct IoResult {
    enum class State : std::uint8_t {
        done,         ///< `count` bytes moved, at least one
        would_block,  ///< wait first
        ended,        ///< the peer closed its sending side (reads only)
        failed        ///< `ec` says why
    };
    State state = State::done;
    std::size_t count = 0;
    boost::system::error_code ec;
};

class Stream {
  public:
    virtual ~Stream() = default;
    [[nodiscard]] virtual IoResult read(std::span<std::uint8_t> buffer) = 0;
    [[nodiscard]] virtual IoResult write(std::span<const iovec> buffers) = 0;
    /// Calls owner->on_readable() / on_writable() once. At most one wait of each kind at a time.
    virtual void wait_readable(std::shared_ptr<StreamOwner> owner) = 0;
    virtual void wait_writable(std::shared_ptr<StreamOwner> owner) = 0;
    /// Bytes that were written and the peer has not yet taken, as far as the system tells.
    [[nodiscard]] virtual std::size_t unacknowledged_bytes() = 0;
    /// Bytes that were taken from the writer and still wait here, not in the system: do not close
    /// before they are gone. They go by themselves; wait_writable() tells when.
    [[nodiscard]] virtual bool has_unsent() const { return false; }
    /// No more will be sent.
    virtual void shutdown_send() = 0;
    /// Frees the descriptor; pending waits end with an error. `is_hard`: reset instead of FIN.
    virtual void close(bool is_hard) = 0;
    /// `127.0.0.1:51234`, `[::1]:51234`, `unix` or `in-process`; behind a PROXY header the address
    /// it tells.
    [[nodiscard]] virtual const std::string& peer() const = 0;
    /// How the connection is protected, once it is; nullptr without TLS.
    [[nodiscard]] virtual const TlsFacts* tls() const { return nullptr; }
    /// The proxy that passes the connection on by a PROXY header; nullptr without one.
    [[nodiscard]] virtual const ProxyFacts* proxy() const { return nullptr; }
    /// Who a peer in this process is said to be; nullptr for any other.
    [[nodiscard]] virtual const LocalFacts* local() const { return nullptr; }
    /// What the peer did wrong below the transport (TLS, PROXY header), in words; empty: nothing.
    /// Set when read() fails for it; further reads throw away what comes.
    [[nodiscard]] virtual std::string fault() const { return {}; }
};

/// Without an acknowledgement of what was sent for so long the system ends the connection
/// (TCP_USER_TIMEOUT, RFC 5482); also if the peer's window stays shut. Zero: as long as the system
/// likes. Nothing happens on a unix socket.
void set_user_timeout(int descriptor, std::chrono::milliseconds timeout);

/// Takes over `descriptor`, a connected non-blocking TCP or unix stream socket; sets TCP_NODELAY
/// and the kernel's keep-alive, which finds dead peers of wires without pings.
[[nodiscard]] std::unique_ptr<Stream> make_socket_stream(boost::asio::io_context& context,
                                                         int descriptor, std::string peer);

}  // namespace kreisel
