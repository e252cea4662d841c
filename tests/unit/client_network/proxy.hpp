#pragma once
// Proxy: a network between client and router that does what the test tells it: cuts connections,
// swallows octets, delays, hands on byte by byte. It never invents, doubles or reorders any.
//
//     Proxy proxy(router.url());
//     Settings settings(proxy.url("ws"), "realm1");
//     proxy.behave({.down = {.swallow_after = 0}});   // the router is not heard any more
//     proxy.cut(Ending::reset);                       // and now everybody is gone
//
// On a thread of its own; methods may be called from one other thread and have taken effect when
// they come back.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace kreisel::client::network {

/// How a connection ends: with an orderly FIN to both sides, or with RST.
enum class Ending : std::uint8_t { orderly, reset };

/// What becomes of the octets of one direction; counted from when the connection is told so.
struct Lane {
    /// What comes after so many octets is read and thrown away; the sender is not told.
    std::optional<std::size_t> swallow_after{};
    /// The connection is cut when so many octets have passed.
    std::optional<std::size_t> cut_after{};
};

struct Behaviour {
    Lane up{};    ///< from the client to the router
    Lane down{};  ///< from the router to the client
    Ending ending = Ending::orderly;
    /// Octets of each write, and the pause before it.
    std::size_t piece = 65536;
    std::chrono::microseconds delay{0};
    /// New connections are reset at once.
    bool is_refusing = false;
};

class Proxy {
  public:
    /// `router_url`: where connections go.
    explicit Proxy(const std::string& router_url);
    ~Proxy();
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    /// Where clients find the router now: `ws`, `wss`, `tcp`, `tcps`.
    [[nodiscard]] std::string url(const std::string& scheme) const;

    /// For the connections at hand and all to come.
    void behave(const Behaviour& behaviour);
    /// Only for those to come.
    void behave_later(const Behaviour& behaviour);
    /// Ends the connections at hand.
    void cut(Ending ending);

    /// Ends, for the router, the connections that their clients have left.
    void cut_abandoned();

    /// Connections so far.
    [[nodiscard]] std::size_t accepted();
    /// Octets that clients have sent on the last connection, whatever became of them.
    [[nodiscard]] std::size_t heard_up();

  private:
    class Connection;
    class Pipe;

    template <class Task>
    auto on_loop(Task task);
    void accept();
    void on_accepted(boost::asio::ip::tcp::socket client);

    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::ip::tcp::endpoint router_;
    std::uint16_t port_;
    Behaviour behaviour_;
    std::vector<std::weak_ptr<Connection>> connections_;
    std::size_t accepted_ = 0;
    std::thread thread_;
};

}  // namespace kreisel::client::network
