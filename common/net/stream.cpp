#include "common/net/stream.hpp"

#include "common/net/merge.hpp"
#include "common/net/strand_stream.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <algorithm>
#include <cerrno>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace kreisel {

namespace {

constexpr int keep_alive_idle_seconds = 30;
constexpr int keep_alive_interval_seconds = 5;
constexpr int keep_alive_probes = 3;

IoResult failure(int error) {
    if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR) {
        return {IoResult::State::would_block, 0, {}};
    }
    return {IoResult::State::failed, 0, {error, boost::system::system_category()}};
}

/// The executor is a concrete one: a shard's connections pay for no strand.
template <class Executor>
class SocketStream final : public Stream {
    using Socket =
        boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

  public:
    SocketStream(const Executor& executor, int descriptor, int family, std::string peer)
        : socket_(
              executor,
              boost::asio::generic::stream_protocol(family, family == AF_UNIX ? 0 : IPPROTO_TCP),
              descriptor),
          peer_(std::move(peer)) {
        boost::system::error_code ignored;
        socket_.native_non_blocking(true, ignored);
    }

    IoResult read(std::span<std::uint8_t> buffer) override {
        const auto got = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), 0);
        if (got > 0) return {IoResult::State::done, static_cast<std::size_t>(got), {}};
        if (got == 0) return {IoResult::State::ended, 0, {}};
        return failure(errno);
    }

    IoResult write(std::span<const iovec> buffers) override {
        CopyRoom room;
        std::array<iovec, pieces_at_once> pieces;
        const auto merged = merge_small(buffers, room, pieces);
        msghdr header{};
        header.msg_iov = merged.data();
        header.msg_iovlen = merged.size();
        const auto sent = ::sendmsg(socket_.native_handle(), &header, MSG_NOSIGNAL);
        if (sent >= 0) return {IoResult::State::done, static_cast<std::size_t>(sent), {}};
        return failure(errno);
    }

    void wait_readable(std::shared_ptr<StreamOwner> owner) override {
        socket_.async_wait(Socket::wait_read,
                           [owner = std::move(owner)](const boost::system::error_code& ec) {
                               owner->on_readable(ec);
                           });
    }

    void wait_writable(std::shared_ptr<StreamOwner> owner) override {
        socket_.async_wait(Socket::wait_write,
                           [owner = std::move(owner)](const boost::system::error_code& ec) {
                               owner->on_writable(ec);
                           });
    }

    std::size_t unacknowledged_bytes() override {
        int count = 0;
        if (::ioctl(socket_.native_handle(), SIOCOUTQ, &count) != 0 || count < 0) return 0;
        return static_cast<std::size_t>(count);
    }

    void shutdown_send() override {
        boost::system::error_code ignored;
        socket_.shutdown(Socket::shutdown_send, ignored);
    }

    void close(bool is_hard) override {
        boost::system::error_code ignored;
        if (is_hard) socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
        socket_.close(ignored);
    }

    const std::string& peer() const override { return peer_; }

  private:
    Socket socket_;
    std::string peer_;
};

int family_of(int descriptor) {
    sockaddr_storage address{};
    socklen_t length = sizeof(address);
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        return AF_INET;
    }
    return address.ss_family;
}

void set_options(int descriptor, int family) {
    if (family == AF_UNIX) return;
    const int on = 1;
    // Messages are gathered by us; waiting for more would only add latency.
    static_cast<void>(::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
    static_cast<void>(::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)));
    const auto set = [descriptor](int option, int seconds) {
        static_cast<void>(::setsockopt(descriptor, IPPROTO_TCP, option, &seconds, sizeof(seconds)));
    };
    set(TCP_KEEPIDLE, keep_alive_idle_seconds);
    set(TCP_KEEPINTVL, keep_alive_interval_seconds);
    set(TCP_KEEPCNT, keep_alive_probes);
}

template <class Executor>
std::unique_ptr<Stream> make_stream(const Executor& executor, int descriptor, std::string peer) {
    const int family = family_of(descriptor);
    set_options(descriptor, family);
    return std::make_unique<SocketStream<Executor>>(executor, descriptor, family, std::move(peer));
}

}  // namespace

void set_user_timeout(int descriptor, std::chrono::milliseconds timeout) {
    const auto value = static_cast<unsigned>(timeout.count());
    static_cast<void>(
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &value, sizeof(value)));
}

std::unique_ptr<Stream> make_socket_stream(boost::asio::io_context& context, int descriptor,
                                           std::string peer) {
    return make_stream(context.get_executor(), descriptor, std::move(peer));
}

std::unique_ptr<Stream> make_socket_stream(const Strand& strand, int descriptor, std::string peer) {
    return make_stream(strand, descriptor, std::move(peer));
}

}  // namespace kreisel
