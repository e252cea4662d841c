#include "common/net/acceptor.hpp"

#include "common/net/listening_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace kreisel {

namespace {

/// Accepted at most before other work has its turn.
constexpr int accepts_per_turn = 64;
constexpr auto back_off = std::chrono::milliseconds{100};

class SocketAcceptor final : public Acceptor, public std::enable_shared_from_this<SocketAcceptor> {
  public:
    SocketAcceptor(boost::asio::io_context& context, int descriptor, std::string path)
        : descriptor_(context, descriptor),
          timer_(context),
          path_(std::move(path)),
          port_(bound_port(descriptor)) {}

    void start(OnAccept on_accept, OnTrouble on_trouble) override {
        on_accept_ = std::move(on_accept);
        on_trouble_ = std::move(on_trouble);
        wait();
    }

    void close() override {
        if (is_closed_) return;
        is_closed_ = true;
        boost::system::error_code ignored;
        descriptor_.close(ignored);
        timer_.cancel();
        if (!path_.empty()) ::unlink(path_.c_str());
    }

    [[nodiscard]] std::uint16_t port() const override { return port_; }

  private:
    void wait() {
        descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                               [self = shared_from_this()](const boost::system::error_code& ec) {
                                   if (!ec && !self->is_closed_) self->accept_some();
                               });
    }

    void accept_some() {
        for (int count = 0; count < accepts_per_turn; ++count) {
            sockaddr_storage address{};
            socklen_t length = sizeof(address);
            const int accepted =
                ::accept4(descriptor_.native_handle(), reinterpret_cast<sockaddr*>(&address),
                          &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (accepted < 0) {
                if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                    return retry_later(errno);
                }
                // Descriptors are looked for before connections: there are some again.
                if (errno == EAGAIN || errno == EWOULDBLOCK) break;
                continue;  // this one died before it was accepted
            }
            end_trouble();
            on_accept_(accepted, peer_text(&address, length));
        }
        end_trouble();
        wait();
    }

    void end_trouble() {
        if (std::exchange(is_troubled_, false)) on_trouble_("");
    }

    void retry_later(int error) {
        if (!std::exchange(is_troubled_, true)) on_trouble_(std::strerror(error));
        timer_.expires_after(back_off);
        timer_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
            if (!ec && !self->is_closed_) self->accept_some();
        });
    }

    boost::asio::posix::stream_descriptor descriptor_;
    boost::asio::steady_timer timer_;
    std::string path_;
    std::uint16_t port_;
    OnAccept on_accept_;
    OnTrouble on_trouble_;
    bool is_troubled_ = false;
    bool is_closed_ = false;
};

}  // namespace

tl::expected<std::shared_ptr<Acceptor>, std::string> make_acceptor(
    boost::asio::io_context& context, const AcceptorSettings& settings) {
    const auto descriptor = open_listening_socket(settings);
    if (!descriptor) return tl::unexpected(descriptor.error());
    return std::make_shared<SocketAcceptor>(context, *descriptor, settings.path);
}

}  // namespace kreisel
