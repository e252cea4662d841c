#pragma once
// One non-blocking socket of bench_compare with its protocol, and the epoll over all of them. One
// thread. bench/load has the same for WAMP sessions, which log in by the codec.

#include "bench/compare/protocol.hpp"
#include "bench/load/poller.hpp"
#include "bench/load/target.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/epoll.h>
#include <vector>

namespace kreisel::compare {

using load::SteadyTime;

class Connection {
  public:
    Connection(const load::Target& target, std::unique_ptr<Protocol> protocol);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// One recv(); calls `on_unit(unit)` for each unit of it.
    template <class OnUnit>
    void read(load::ReadBuffer& buffer, OnUnit&& on_unit);
    /// Writes as much as the socket takes.
    void flush();

    [[nodiscard]] Protocol& protocol() { return *protocol_; }
    /// What the next flush() sends.
    [[nodiscard]] ByteWriter& output() { return output_; }
    [[nodiscard]] bool has_output() const { return written_ < output_.size(); }
    [[nodiscard]] bool is_ready() const { return is_ready_; }
    [[nodiscard]] int fd() const { return fd_; }
    /// For Connections: the epoll mask that is set now, and the place in their list.
    std::uint32_t poll_mask = 0;
    std::size_t index = 0;

  private:
    [[nodiscard]] std::size_t receive(load::ReadBuffer& buffer);

    int fd_;
    std::unique_ptr<Protocol> protocol_;
    std::vector<std::uint8_t> carry_;
    ByteWriter output_;
    std::size_t written_ = 0;
    bool is_ready_ = false;
};

/// All connections of a run, in the order of opening.
class Connections {
  public:
    Connections();
    Connections(const Connections&) = delete;
    Connections& operator=(const Connections&) = delete;
    ~Connections();

    /// Opens one and waits until it is ready.
    Connection& open(const load::Target& target, std::unique_ptr<Protocol> protocol);
    /// To be called when output was left unsent by a flush(), or has been sent since.
    void update(Connection& connection);
    /// Waits up to 20 ms, writes what can be written and calls `on_readable(connection)`.
    template <class OnReadable>
    void poll(OnReadable&& on_readable);

    [[nodiscard]] load::ReadBuffer& buffer() { return buffer_; }

  private:
    int epoll_;
    std::array<epoll_event, 256> ready_{};
    load::ReadBuffer buffer_;
    std::vector<std::unique_ptr<Connection>> list_;
};

template <class OnUnit>
void Connection::read(load::ReadBuffer& buffer, OnUnit&& on_unit) {
    const std::size_t received = receive(buffer);
    if (received == 0) return;
    Bytes rest(buffer.data(), carry_.size() + received);
    Unit unit;
    for (std::size_t taken = protocol_->cut(rest, unit, output_); taken != 0;
         taken = protocol_->cut(rest, unit, output_)) {
        rest = rest.subspan(taken);
        if (unit.kind == Unit::Kind::ready) {
            is_ready_ = true;
        } else if (unit.kind != Unit::Kind::nothing) {
            on_unit(unit);
        }
    }
    carry_.assign(rest.begin(), rest.end());
}

template <class OnReadable>
void Connections::poll(OnReadable&& on_readable) {
    constexpr int wait_ms = 20;
    const int count = ::epoll_wait(epoll_, ready_.data(), static_cast<int>(ready_.size()), wait_ms);
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = ready_[static_cast<std::size_t>(i)];
        Connection& connection = *static_cast<Connection*>(event.data.ptr);
        if ((event.events & EPOLLOUT) != 0) connection.flush();
        if ((event.events & ~EPOLLOUT) != 0) on_readable(connection);
        update(connection);
    }
}

}  // namespace kreisel::compare
