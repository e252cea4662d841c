#include "tests/unit/client_network/proxy.hpp"

#include "client/net/url.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <future>
#include <utility>

namespace kreisel::client::network {

using Tcp = boost::asio::ip::tcp;
using boost::system::error_code;

/// Octets of one direction of a connection.
class Proxy::Pipe {
  public:
    Pipe(Connection& connection, Tcp::socket& from, Tcp::socket& to, Lane Behaviour::*lane)
        : connection_(connection), from_(from), to_(to), lane_(lane), timer_(from.get_executor()) {}

    void read();
    void on_behaviour() { passed_ = 0; }
    [[nodiscard]] std::size_t heard() const { return heard_; }
    /// Who sends has said that no more comes.
    [[nodiscard]] bool has_ended() const { return has_ended_; }
    void stop() { timer_.cancel(); }

  private:
    void on_read(const error_code& ec, std::size_t count);
    void on_end();
    void forward();
    void write(std::size_t count);
    [[nodiscard]] const Lane& lane() const;

    Connection& connection_;
    Tcp::socket& from_;
    Tcp::socket& to_;
    Lane Behaviour::*lane_;
    boost::asio::steady_timer timer_;
    std::array<char, 65536> buffer_{};
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t passed_ = 0;
    std::size_t heard_ = 0;
    bool has_ended_ = false;
};

class Proxy::Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(Tcp::socket client, Tcp::socket router, const Behaviour& behaves)
        : behaviour(behaves), client_(std::move(client)), router_(std::move(router)) {}

    void start() {
        up.read();
        down.read();
    }
    void behave(const Behaviour& next) {
        behaviour = next;
        up.on_behaviour();
        down.on_behaviour();
    }
    void cut(Ending ending) {
        is_cut = true;
        up.stop();
        down.stop();
        for (Tcp::socket* socket : {&client_, &router_}) {
            error_code ignored;
            if (ending == Ending::orderly) {
                // Closed with something unread, it would be reset: so what still comes is read.
                socket->shutdown(Tcp::socket::shutdown_send, ignored);
                continue;
            }
            socket->set_option(boost::asio::socket_base::linger(true, 0), ignored);
            socket->close(ignored);
        }
    }

    bool is_cut = false;
    Behaviour behaviour;

  private:
    Tcp::socket client_;
    Tcp::socket router_;

  public:
    Pipe up{*this, client_, router_, &Behaviour::up};
    Pipe down{*this, router_, client_, &Behaviour::down};
};

const Lane& Proxy::Pipe::lane() const { return connection_.behaviour.*lane_; }

void Proxy::Pipe::read() {
    from_.async_read_some(boost::asio::buffer(buffer_),
                          [this, self = connection_.shared_from_this()](
                              const error_code& ec, std::size_t count) { on_read(ec, count); });
}

void Proxy::Pipe::on_read(const error_code& ec, std::size_t count) {
    if (ec) return on_end();
    heard_ += count;
    begin_ = 0;
    end_ = count;
    forward();
}

void Proxy::Pipe::on_end() {
    has_ended_ = true;
    // A side that is not heard cannot be heard ending, either.
    if (lane().swallow_after) return;
    error_code ignored;
    to_.shutdown(Tcp::socket::shutdown_send, ignored);
}

void Proxy::Pipe::forward() {
    if (!from_.is_open()) return;
    if (connection_.is_cut) return read();
    std::size_t count = std::min(end_ - begin_, connection_.behaviour.piece);
    for (const auto& limit : {lane().swallow_after, lane().cut_after}) {
        if (limit) count = std::min(count, *limit - std::min(*limit, passed_));
    }
    if (lane().cut_after && passed_ >= *lane().cut_after) {
        connection_.cut(connection_.behaviour.ending);
        return read();
    }
    // All of it was handed on, or what is left is swallowed.
    if (count == 0) return read();
    if (connection_.behaviour.delay.count() == 0) return write(count);
    timer_.expires_after(connection_.behaviour.delay);
    timer_.async_wait([this, count, self = connection_.shared_from_this()](const error_code& ec) {
        ec ? read() : write(count);
    });
}

void Proxy::Pipe::write(std::size_t count) {
    boost::asio::async_write(
        to_, boost::asio::buffer(buffer_.data() + begin_, count),
        [this, self = connection_.shared_from_this()](const error_code& ec, std::size_t written) {
            if (ec) return read();
            passed_ += written;
            begin_ += written;
            forward();
        });
}

namespace {

Tcp::endpoint endpoint_of(const std::string& url) {
    const auto parsed = parse_url(url);
    return {boost::asio::ip::make_address(parsed->host), parsed->port};
}

}  // namespace

Proxy::Proxy(const std::string& router_url)
    : acceptor_(context_, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
      router_(endpoint_of(router_url)),
      port_(acceptor_.local_endpoint().port()) {
    accept();
    thread_ = std::thread([this] { context_.run(); });
}

Proxy::~Proxy() {
    context_.stop();
    thread_.join();
}

std::string Proxy::url(const std::string& scheme) const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) +
           (scheme.starts_with("ws") ? "/ws" : "");
}

template <class Task>
auto Proxy::on_loop(Task task) {
    std::packaged_task<decltype(task())()> packaged(std::move(task));
    auto done = packaged.get_future();
    boost::asio::post(context_, std::move(packaged));
    return done.get();
}

void Proxy::accept() {
    acceptor_.async_accept([this](const error_code& ec, Tcp::socket client) {
        if (ec) return;
        on_accepted(std::move(client));
        accept();
    });
}

void Proxy::on_accepted(Tcp::socket client) {
    ++accepted_;
    if (behaviour_.is_refusing) {
        client.set_option(boost::asio::socket_base::linger(true, 0));
        return client.close();
    }
    Tcp::socket router(context_);
    error_code ec;
    router.connect(router_, ec);
    if (ec) return;
    client.set_option(Tcp::no_delay(true));
    router.set_option(Tcp::no_delay(true));
    const auto connection =
        std::make_shared<Connection>(std::move(client), std::move(router), behaviour_);
    connections_.push_back(connection);
    connection->start();
}

void Proxy::behave(const Behaviour& behaviour) {
    on_loop([this, &behaviour] {
        behaviour_ = behaviour;
        for (const auto& weak : connections_) {
            if (const auto connection = weak.lock()) connection->behave(behaviour);
        }
    });
}

void Proxy::behave_later(const Behaviour& behaviour) {
    on_loop([this, &behaviour] { behaviour_ = behaviour; });
}

void Proxy::cut(Ending ending) {
    on_loop([this, ending] {
        for (const auto& weak : std::exchange(connections_, {})) {
            if (const auto connection = weak.lock()) connection->cut(ending);
        }
    });
}

void Proxy::cut_abandoned() {
    on_loop([this] {
        for (const auto& weak : connections_) {
            const auto connection = weak.lock();
            if (connection != nullptr && connection->up.has_ended()) {
                connection->cut(Ending::orderly);
            }
        }
    });
}

std::size_t Proxy::accepted() {
    return on_loop([this] { return accepted_; });
}

std::size_t Proxy::heard_up() {
    return on_loop([this]() -> std::size_t {
        const auto last = connections_.empty() ? nullptr : connections_.back().lock();
        return last == nullptr ? 0 : last->up.heard();
    });
}

}  // namespace kreisel::client::network
