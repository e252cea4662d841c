#pragma once
// One connection of ws_echo: a socket, the WebSocket layer of common/wire, and a queue of bytes.
//
// Owned by its own handlers (shared_from_this); everything runs in the one thread of main.cpp.

#include "common/wire/websocket.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <memory>

namespace ws_echo {

class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(boost::asio::ip::tcp::socket socket,
            std::shared_ptr<const kreisel::WebSocketServerSettings> settings);

    void start();
    /// Says goodbye (1001) and ends when the peer has answered, or after a second.
    void stop();

  private:
    void wait_for_input();
    void on_input(const boost::system::error_code& ec);
    void echo();
    void write();
    void on_written(const boost::system::error_code& ec);
    void limit_time(int seconds);
    void end();
    void close();

    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer deadline_;
    std::unique_ptr<kreisel::WebSocketServer> wire_;
    kreisel::WireEvents events_;
    std::deque<kreisel::SharedBytes> queue_;
    std::size_t queued_bytes_ = 0;
    bool is_reading_ = false;
    bool is_writing_ = false;
    bool is_stopping_ = false;
    bool has_ended_ = false;  ///< the stream is over; what still comes is thrown away
};

}  // namespace ws_echo
