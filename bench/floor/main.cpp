// bench_floor: what the exchanges of a router cost at the very least. One thread, plain epoll, no
// protocol: messages have the sizes the router's have on its wire, but nothing is parsed, looked up
// or checked. bench_load drives it exactly as it drives a router, so that both are measured by the
// same load in the same run; the router's cost is then read as a multiple of this one.
//
// fan-out: whole messages of a publisher's read are counted, and as many outgoing ones are written
// to each subscriber, up to --messages-a-write at a time. calls: caller -> floor -> callee -> floor
// -> caller, all messages of one read in one write to each receiver. echo: back where they came
// from. log-in: two exchanges, then silence. With --certificate and --key all of it over TLS by
// OpenSSL.

#include "bench/load/raw_hello.hpp"
#include "bench/load/tls_end.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <fstream>
#include <iostream>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <unordered_map>
#include <vector>

namespace {

using namespace kreisel::load;

struct Connection {
    int fd = -1;
    std::unique_ptr<TlsEnd> tls;
    std::array<std::uint8_t, raw_hello_bytes> hello_bytes{};
    std::size_t hello_size = 0;
    RawHello hello;
    std::size_t partial = 0;  ///< octets of a message begun and not complete; all of a log-in
    std::size_t unsent = 0;   ///< octets owed to this peer that its socket did not take
    std::deque<Connection*> waiting_callers;  ///< of a callee, one for each call under way

    [[nodiscard]] bool is_known() const { return hello_size == raw_hello_bytes; }
    [[nodiscard]] bool is_login() const { return is_known() && hello.role == RawRole::login; }
    [[nodiscard]] ssize_t receive(std::uint8_t* place, std::size_t size) const {
        return tls != nullptr ? tls->receive(place, size) : ::recv(fd, place, size, 0);
    }
    [[nodiscard]] ssize_t send(const std::uint8_t* bytes, std::size_t size) const {
        return tls != nullptr ? tls->send(bytes, size) : ::send(fd, bytes, size, MSG_NOSIGNAL);
    }
};

struct Group {
    std::vector<Connection*> subscribers;
    Connection* callee = nullptr;
};

[[noreturn]] void system_failure(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

class Floor {
  public:
    Floor(std::size_t messages_a_write, TlsContextPointer tls);
    Floor(const Floor&) = delete;
    Floor& operator=(const Floor&) = delete;
    ~Floor();

    [[nodiscard]] std::string address() const;
    /// Serves until `stop_signal` arrives.
    void run(const volatile std::sig_atomic_t& stop_signal);

  private:
    void accept_one();
    void on_readable(Connection& connection);
    void take_hello(Connection& connection, const std::uint8_t* bytes, std::size_t size);
    void on_login(Connection& connection, std::size_t size);
    void on_messages(Connection& connection, std::size_t count);
    void send_messages(Connection& receiver, std::size_t count);
    void write_unsent(Connection& connection);
    void remove(Connection& connection);

    int epoll_ = -1;
    int listener_ = -1;
    std::size_t messages_a_write_;
    TlsContextPointer tls_;
    std::vector<std::uint8_t> in_;
    std::vector<std::uint8_t> out_;
    std::unordered_map<int, std::unique_ptr<Connection>> connections_;
    std::unordered_map<std::uint32_t, Group> groups_;
};

Floor::Floor(std::size_t messages_a_write, TlsContextPointer tls)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      messages_a_write_(messages_a_write),
      tls_(std::move(tls)),
      in_(64U << 10U),
      out_(2U << 20U, std::uint8_t{'x'}) {
    if (epoll_ < 0 || listener_ < 0) system_failure("epoll or socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 4096) != 0) {
        system_failure("bind and listen");
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event) != 0) system_failure("epoll_ctl");
}

Floor::~Floor() {
    for (const auto& entry : connections_) ::close(entry.first);
    ::close(listener_);
    ::close(epoll_);
}

std::string Floor::address() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        system_failure("getsockname");
    }
    return (tls_ != nullptr ? "raws://127.0.0.1:" : "raw://127.0.0.1:") +
           std::to_string(ntohs(address.sin_port));
}

void Floor::accept_one() {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    static_cast<void>(::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    auto connection = std::make_unique<Connection>();
    connection->fd = fd;
    if (tls_ != nullptr) {
        connection->tls = std::make_unique<TlsEnd>(tls_.get(), fd, TlsEnd::Side::server);
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = connection.get();
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) system_failure("epoll_ctl");
    connections_[fd] = std::move(connection);
}

void Floor::remove(Connection& connection) {
    Group& group = groups_[connection.hello.group];
    std::erase(group.subscribers, &connection);
    if (group.callee == &connection) group.callee = nullptr;
    for (auto& entry : connections_) {
        if (connection.hello.role != RawRole::caller) break;
        auto& waiting = entry.second->waiting_callers;
        std::replace(waiting.begin(), waiting.end(), &connection,
                     static_cast<Connection*>(nullptr));
    }
    const int fd = connection.fd;
    ::close(fd);
    connections_.erase(fd);
}

void Floor::take_hello(Connection& connection, const std::uint8_t* bytes, std::size_t size) {
    const std::size_t taken = std::min(size, raw_hello_bytes - connection.hello_size);
    std::memcpy(connection.hello_bytes.data() + connection.hello_size, bytes, taken);
    connection.hello_size += taken;
    if (!connection.is_known()) return;
    connection.hello = raw_hello_from(connection.hello_bytes);
    if (connection.hello.bytes_to_floor == 0 || connection.hello.bytes_from_floor == 0 ||
        connection.hello.bytes_from_floor > out_.size()) {
        return remove(connection);
    }
    if (connection.is_login()) return on_login(connection, raw_hello_bytes + size - taken);
    if (taken < size) return remove(connection);
    Group& group = groups_[connection.hello.group];
    if (connection.hello.role == RawRole::subscriber) group.subscribers.push_back(&connection);
    if (connection.hello.role == RawRole::callee) group.callee = &connection;
    if (connection.send(&raw_hello_answer, 1) != 1) remove(connection);
}

void Floor::on_login(Connection& connection, std::size_t size) {
    const RawHello& hello = connection.hello;
    const std::size_t first_end = hello.bytes_to_floor;
    const std::size_t second_end = first_end + (hello.group >> 16);
    const std::size_t before = connection.partial;
    connection.partial += size;
    std::size_t answer = 0;
    if (before < first_end && connection.partial >= first_end) answer += hello.bytes_from_floor;
    if (before < second_end && connection.partial >= second_end) answer += hello.group & 0xffffU;
    if (answer == 0) return;
    if (connection.send(out_.data(), answer) != static_cast<ssize_t>(answer)) remove(connection);
}

void Floor::write_unsent(Connection& connection) {
    while (connection.unsent > 0) {
        const std::size_t size = std::min(connection.unsent, out_.size());
        const ssize_t count = connection.send(out_.data(), size);
        if (count <= 0) break;
        connection.unsent -= static_cast<std::size_t>(count);
    }
    epoll_event event{};
    event.events = connection.unsent > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.ptr = &connection;
    static_cast<void>(::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event));
}

void Floor::send_messages(Connection& receiver, std::size_t count) {
    const std::size_t message = receiver.hello.bytes_from_floor;
    const std::size_t fits = std::max<std::size_t>(out_.size() / message, 1);
    const std::size_t a_write = messages_a_write_ == 0 ? fits : std::min(messages_a_write_, fits);
    while (count > 0) {
        const std::size_t now = std::min(count, a_write);
        count -= now;
        const std::size_t size = now * message;
        ssize_t sent = 0;
        if (receiver.unsent == 0) {
            sent = std::max<ssize_t>(receiver.send(out_.data(), size), 0);
        }
        if (static_cast<std::size_t>(sent) == size) continue;
        receiver.unsent += size - static_cast<std::size_t>(sent);
        write_unsent(receiver);
    }
}

void Floor::on_messages(Connection& connection, std::size_t count) {
    Group& group = groups_[connection.hello.group];
    switch (connection.hello.role) {
        case RawRole::publisher:
            for (Connection* subscriber : group.subscribers) send_messages(*subscriber, count);
            return;
        case RawRole::caller:
            if (group.callee == nullptr) return remove(connection);
            group.callee->waiting_callers.insert(group.callee->waiting_callers.end(), count,
                                                 &connection);
            return send_messages(*group.callee, count);
        case RawRole::callee:
            while (count > 0 && !connection.waiting_callers.empty()) {
                Connection* caller = connection.waiting_callers.front();
                std::size_t run = 0;
                while (run < count && !connection.waiting_callers.empty() &&
                       connection.waiting_callers.front() == caller) {
                    connection.waiting_callers.pop_front();
                    ++run;
                }
                count -= run;
                if (caller != nullptr) send_messages(*caller, run);
            }
            return;
        case RawRole::echo:
            return send_messages(connection, count);
        case RawRole::subscriber:
        case RawRole::login:
            return;
    }
}

void Floor::on_readable(Connection& connection) {
    const ssize_t count = connection.receive(in_.data(), in_.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return remove(connection);
    const auto size = static_cast<std::size_t>(count);
    if (!connection.is_known()) return take_hello(connection, in_.data(), size);
    if (connection.is_login()) return on_login(connection, size);
    const std::size_t have = connection.partial + size;
    connection.partial = have % connection.hello.bytes_to_floor;
    on_messages(connection, have / connection.hello.bytes_to_floor);
}

void Floor::run(const volatile std::sig_atomic_t& stop_signal) {
    std::array<epoll_event, 64> ready{};
    while (stop_signal == 0) {
        const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 500);
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = ready[static_cast<std::size_t>(i)];
            if (event.data.ptr == nullptr) {
                accept_one();
                continue;
            }
            auto& connection = *static_cast<Connection*>(event.data.ptr);
            if ((event.events & EPOLLOUT) != 0) write_unsent(connection);
            // A caller whose callee is gone is removed by its own event only, so no pointer of this
            // batch dangles.
            if ((event.events & ~EPOLLOUT) != 0) on_readable(connection);
        }
    }
}

volatile std::sig_atomic_t stop_signal = 0;

void on_signal(int signal) { stop_signal = signal; }

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"The least a router could cost: the same exchanges without a protocol."};
    std::size_t messages_a_write = 0;
    std::string ready_file;
    std::string certificate;
    std::string key;
    app.add_option("--messages-a-write", messages_a_write, "at most; 0: as many as came at once");
    app.add_option("--certificate", certificate, "PEM file: speak TLS");
    app.add_option("--key", key, "PEM file");
    app.add_option("--ready-file", ready_file, "gets the address");
    CLI11_PARSE(app, argc, argv);
    std::signal(SIGTERM, on_signal);
    std::signal(SIGINT, on_signal);
    try {
        Floor floor(messages_a_write,
                    certificate.empty() ? nullptr : make_server_tls(certificate, key));
        const std::string address = floor.address();
        if (!ready_file.empty()) std::ofstream(ready_file) << address << '\n';
        std::cout << address << std::endl;
        floor.run(stop_signal);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "bench_floor: " << error.what() << '\n';
        return 1;
    }
}
