#pragma once
// A router of the test's own on 127.0.0.1, which does only what it is told; and what a link's owner
// saw. All in one thread: run_until() turns the wheel.

#include "client/net/dial.hpp"
#include "client/net/link.hpp"
#include "common/codec/codec.hpp"
#include "common/net/acceptor.hpp"
#include "common/wire/rawsocket.hpp"
#include "common/wire/websocket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace kreisel::client_test {

using namespace std::chrono_literals;

struct Loop {
    boost::asio::io_context context;
    Strand strand{context.get_executor()};

    /// Fails the test if that does not come true within five seconds.
    void run_until(const std::function<bool()>& is_true) {
        const auto end = std::chrono::steady_clock::now() + 30s;
        while (!is_true()) {
            BOOST_REQUIRE(std::chrono::steady_clock::now() < end);
            context.restart();
            context.run_one_for(20ms);
        }
    }
    void run_for(std::chrono::milliseconds time) {
        context.restart();
        context.run_for(time);
    }
};

/// One accepted connection at a time; keeps what came and sends what it is told.
class Peer final : public StreamOwner {
  public:
    explicit Peer(Loop& loop, const AcceptorSettings& settings = on_loopback());
    ~Peer() override { acceptor_->close(); }

    [[nodiscard]] static std::shared_ptr<Peer> make(Loop& loop) {
        auto peer = std::make_shared<Peer>(loop);
        peer->start();
        return peer;
    }
    void start();
    [[nodiscard]] std::uint16_t port() const { return acceptor_->port(); }
    [[nodiscard]] std::string url(const std::string& scheme) const {
        return scheme + "://127.0.0.1:" + std::to_string(port()) +
               (scheme.starts_with("ws") ? "/ws" : "");
    }
    [[nodiscard]] static AcceptorSettings on_loopback() {
        AcceptorSettings settings;
        settings.host = "127.0.0.1";
        return settings;
    }
    void send(std::string_view octets);
    /// No more will be sent; the connection stays open to read.
    void end() { stream_->shutdown_send(); }
    void cut(bool is_hard) { stream_->close(is_hard); }
    [[nodiscard]] const Stream& stream() const { return *stream_; }

    void on_readable(const boost::system::error_code& ec) override;
    void on_writable(const boost::system::error_code&) override {}

    std::string received;
    bool has_accepted = false;
    bool has_ended = false;  ///< the client has ended its side
    bool is_reading = true;
    /// Called after each piece that came.
    std::function<void()> on_received;
    /// Puts something on the accepted stream (TLS).
    std::function<std::unique_ptr<Stream>(std::unique_ptr<Stream>)> wrap;

  private:
    void read();
    Loop& loop_;
    std::shared_ptr<Acceptor> acceptor_;
    std::unique_ptr<Stream> stream_;
};

/// A peer that speaks WebSocket or RawSocket as it should, unless told otherwise.
class WirePeer {
  public:
    WirePeer(Loop& loop, std::unique_ptr<Wire> wire);
    void send(const Message& message);
    void send_raw(std::string_view octets) { peer->send(octets); }
    void close(std::uint16_t code, std::string_view reason);

    std::shared_ptr<Peer> peer;
    std::vector<Message> messages;
    std::vector<std::size_t> feed_sizes;  ///< octets of each read
    bool has_opened = false;
    bool answers = true;  ///< pongs and close frames
    std::optional<WireEnd> wire_end;

  private:
    void feed();
    std::unique_ptr<Wire> wire_;
};

[[nodiscard]] std::unique_ptr<Wire> websocket_server(std::vector<std::string> subprotocols = {
                                                         "wamp.2.json", "wamp.2.msgpack",
                                                         "wamp.2.cbor"});
[[nodiscard]] std::unique_ptr<Wire> rawsocket_server(std::size_t message_bytes_max = 16U << 20U);

struct Owner final : client::LinkOwner {
    void on_open(Encoding encoding) override {
        opened = encoding;
        if (when_open) when_open();
    }
    void on_message(Message message) override {
        messages.push_back(std::move(message));
        if (when_message) when_message();
    }
    void on_burst_end() override { ++bursts; }
    void on_writable() override { ++writables; }
    void on_lost(client::Error error) override {
        ++losses;
        lost = std::move(error);
    }

    std::optional<Encoding> opened;
    std::vector<Message> messages;
    int bursts = 0;
    int writables = 0;
    int losses = 0;
    std::optional<client::Error> lost;
    std::function<void()> when_open;
    std::function<void()> when_message;
};

/// What the dialling brought, once it is done.
[[nodiscard]] client::Result<std::unique_ptr<Stream>> dialled(Loop& loop,
                                                              client::DialSettings settings);

/// A link to a peer, begun.
struct Linked {
    std::shared_ptr<Owner> owner = std::make_shared<Owner>();
    std::shared_ptr<client::Link> link;
};
[[nodiscard]] Linked link_to(Loop& loop, const Peer& peer, const std::string& scheme,
                             client::LinkSettings settings = {});

/// The text of the end, which must have come or come soon.
[[nodiscard]] std::string loss_of(Loop& loop, const Linked& linked);

}  // namespace kreisel::client_test

namespace kreisel {
inline std::ostream& operator<<(std::ostream& out, Encoding encoding) {
    return out << to_text(encoding);
}
}  // namespace kreisel
