// Session: one connection of the echo server (session.hpp).

#include "session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <span>
#include <utility>
#include <vector>

namespace ws_echo {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t queued_bytes_max = 4U << 20U;
constexpr std::size_t pieces_max = 64;
constexpr int handshake_seconds = 10;
constexpr int linger_seconds = 1;

/// All sessions read through this one, so that an idle one holds no buffer.
std::array<std::uint8_t, 65536> read_buffer;

}  // namespace

Session::Session(asio::ip::tcp::socket socket,
                 std::shared_ptr<const kreisel::WebSocketServerSettings> settings)
    : socket_(std::move(socket)),
      deadline_(socket_.get_executor()),
      wire_(kreisel::make_websocket_server(std::move(settings))) {}

void Session::start() {
    error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    limit_time(handshake_seconds);
    wait_for_input();
}

void Session::stop() {
    if (has_ended_ || !socket_.is_open()) return;
    wire_->close(kreisel::close_code::going_away, "the server stops", events_.output);
    is_stopping_ = true;
    limit_time(linger_seconds);
    write();
}

void Session::wait_for_input() {
    // Backpressure: while the peer does not take its echoes, TCP holds back what it sends.
    if (is_reading_ || queued_bytes_ > queued_bytes_max) return;
    is_reading_ = true;
    auto self = shared_from_this();
    socket_.async_wait(asio::ip::tcp::socket::wait_read,
                       [self](const error_code& ec) { self->on_input(ec); });
}

void Session::on_input(const error_code& ec) {
    is_reading_ = false;
    if (ec) return close();
    error_code failed;
    const std::size_t count = socket_.read_some(asio::buffer(read_buffer), failed);
    if (failed && failed != asio::error::would_block) return close();
    if (!has_ended_ && count != 0) {
        wire_->feed(std::span<const std::uint8_t>(read_buffer.data(), count), events_);
        echo();
    }
    wait_for_input();
}

void Session::echo() {
    if (events_.has_opened) deadline_.cancel();
    // Each echo goes where its message stood among the answers to handshake, pings and close.
    const kreisel::ByteWriter answers = std::exchange(events_.output, kreisel::ByteWriter());
    std::size_t done = 0;
    for (const auto& message : events_.messages) {
        if (is_stopping_) break;
        events_.output.put(answers.span().subspan(done, message.output_offset - done));
        done = message.output_offset;
        const auto kind = message.is_text ? kreisel::DataKind::text : kreisel::DataKind::binary;
        wire_->frame_data(kind, message.bytes.span(), events_.output);
    }
    events_.output.put(answers.span().subspan(done));
    has_ended_ = events_.end.has_value();
    events_.messages.clear();
    events_.has_opened = false;
    write();
    if (has_ended_) limit_time(linger_seconds);
}

void Session::write() {
    if (events_.output.size() != 0) {
        queued_bytes_ += events_.output.size();
        queue_.push_back(std::move(events_.output).take());
    }
    if (is_writing_) return;
    if (queue_.empty()) {
        if (has_ended_) end();
        return;
    }
    std::vector<asio::const_buffer> pieces;
    for (const auto& bytes : queue_) {
        if (pieces.size() == pieces_max) break;
        pieces.emplace_back(bytes.data(), bytes.size());
    }
    is_writing_ = true;
    auto self = shared_from_this();
    asio::async_write(socket_, pieces,
                      [self, count = pieces.size()](const error_code& ec, std::size_t) {
                          for (std::size_t i = 0; i < count; ++i) {
                              self->queued_bytes_ -= self->queue_.front().size();
                              self->queue_.pop_front();
                          }
                          self->on_written(ec);
                      });
}

void Session::on_written(const error_code& ec) {
    is_writing_ = false;
    if (ec) return close();
    write();
    wait_for_input();
}

/// Closes the sending side; the peer closes the other. Closing at once with unread input would
/// reset the connection and could destroy the close frame on its way.
void Session::end() {
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Session::limit_time(int seconds) {
    deadline_.expires_after(std::chrono::seconds(seconds));
    auto self = shared_from_this();
    deadline_.async_wait([self](const error_code& ec) {
        if (!ec) self->close();
    });
}

void Session::close() {
    error_code ignored;
    deadline_.cancel();
    socket_.close(ignored);
}

}  // namespace ws_echo
