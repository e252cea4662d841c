#include "bench/load/poller.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace kreisel::load {

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Poller::~Poller() { ::close(epoll_); }

void Poller::add(Session& session) {
    session.poll_mask = EPOLLIN | EPOLLOUT;
    epoll_event event{};
    event.events = session.poll_mask;
    event.data.ptr = &session;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, session.fd(), &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl add");
    }
}

void Poller::update(Session& session) {
    if (session.is_ended()) return;
    const std::uint32_t wanted = session.has_output() ? EPOLLIN | EPOLLOUT : EPOLLIN;
    if (wanted == session.poll_mask) return;
    session.poll_mask = wanted;
    epoll_event event{};
    event.events = wanted;
    event.data.ptr = &session;
    if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, session.fd(), &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl mod");
    }
}

void Poller::poll_until(const std::function<bool()>& is_done, SteadyTime deadline,
                        const std::string& what) {
    while (!is_done()) {
        if (std::chrono::steady_clock::now() >= deadline) {
            throw std::runtime_error("timed out: " + what);
        }
        poll(std::chrono::milliseconds{50},
             [this](Session& session) { session.on_readable(buffer_); });
    }
}

}  // namespace kreisel::load
