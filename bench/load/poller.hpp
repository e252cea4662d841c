#pragma once
// Poller: epoll over Sessions, level-triggered, one thread. It watches for writability only while a
// session has unsent output, and forgets sessions that have ended.

#include "bench/load/session.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <sys/epoll.h>

namespace kreisel::load {

using SteadyTime = std::chrono::steady_clock::time_point;

class Poller {
  public:
    Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;
    ~Poller();

    /// `session` must live until it has ended or the poller is gone.
    void add(Session& session);
    /// To be called when output was left unsent by a flush(), or has been sent since.
    void update(Session& session);

    /// Waits up to `timeout` and calls `on_readable(session)` for each session that has something
    /// to read or an end to notice; writes by itself what can be written.
    template <class OnReadable>
    void poll(std::chrono::milliseconds timeout, OnReadable&& on_readable);

    /// Polls, reading by the codec, until `is_done` or throws "... within ..." at the deadline.
    void poll_until(const std::function<bool()>& is_done, SteadyTime deadline,
                    const std::string& what);

    [[nodiscard]] ReadBuffer& buffer() { return buffer_; }

  private:
    int epoll_ = -1;
    std::array<epoll_event, 256> ready_{};
    ReadBuffer buffer_;
};

template <class OnReadable>
void Poller::poll(std::chrono::milliseconds timeout, OnReadable&& on_readable) {
    const int count = ::epoll_wait(epoll_, ready_.data(), static_cast<int>(ready_.size()),
                                   static_cast<int>(timeout.count()));
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = ready_[static_cast<std::size_t>(i)];
        Session& session = *static_cast<Session*>(event.data.ptr);
        if (session.is_ended()) continue;
        if ((event.events & EPOLLOUT) != 0) session.on_writable();
        if ((event.events & ~EPOLLOUT) != 0) on_readable(session);
        update(session);
    }
}

}  // namespace kreisel::load
