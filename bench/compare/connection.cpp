#include "bench/compare/connection.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace kreisel::compare {

namespace {

[[noreturn]] void system_failure(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

Connection::Connection(const load::Target& target, std::unique_ptr<Protocol> protocol)
    : fd_(load::connect_to(target)), protocol_(std::move(protocol)) {
    protocol_->start(output_);
}

Connection::~Connection() { ::close(fd_); }

std::size_t Connection::receive(load::ReadBuffer& buffer) {
    std::uint8_t* place = buffer.prepare(carry_);
    const ssize_t count = ::recv(fd_, place, buffer.free_bytes(carry_.size()), 0);
    if (count > 0) return static_cast<std::size_t>(count);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (count < 0) system_failure("receiving failed");
    throw std::runtime_error("the server closed a connection");
}

void Connection::flush() {
    while (has_output()) {
        const ssize_t count =
            ::send(fd_, output_.data() + written_, output_.size() - written_, MSG_NOSIGNAL);
        if (count >= 0) {
            written_ += static_cast<std::size_t>(count);
            continue;
        }
        // ENOTCONN: the handshake of TCP is still under way.
        if (errno == EAGAIN || errno == ENOTCONN) return;
        if (errno != EINTR) system_failure("sending failed");
    }
    output_.truncate(0);
    written_ = 0;
}

Connections::Connections() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) system_failure("epoll_create1");
}

Connections::~Connections() { ::close(epoll_); }

Connection& Connections::open(const load::Target& target, std::unique_ptr<Protocol> protocol) {
    constexpr std::chrono::seconds patience{10};
    list_.push_back(std::make_unique<Connection>(target, std::move(protocol)));
    Connection& connection = *list_.back();
    connection.index = list_.size() - 1;
    connection.poll_mask = EPOLLIN | EPOLLOUT;
    epoll_event event{};
    event.events = connection.poll_mask;
    event.data.ptr = &connection;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd(), &event) != 0) {
        system_failure("epoll_ctl add");
    }
    const SteadyTime deadline = std::chrono::steady_clock::now() + patience;
    while (!connection.is_ready()) {
        if (std::chrono::steady_clock::now() >= deadline) {
            throw std::runtime_error("the server did not let a connection do its part");
        }
        poll([this](Connection& readable) {
            readable.read(buffer_, [](const Unit&) {
                throw std::runtime_error("the server sent a message before its time");
            });
            readable.flush();
        });
    }
    return connection;
}

void Connections::update(Connection& connection) {
    const std::uint32_t wanted = connection.has_output() ? EPOLLIN | EPOLLOUT : EPOLLIN;
    if (wanted == connection.poll_mask) return;
    connection.poll_mask = wanted;
    epoll_event event{};
    event.events = wanted;
    event.data.ptr = &connection;
    if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd(), &event) != 0) {
        system_failure("epoll_ctl mod");
    }
}

}  // namespace kreisel::compare
