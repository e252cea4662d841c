// bench_uring: what io_uring would save a router that writes and forwards, against epoll and plain
// calls. A prototype: no protocol, one thread, loopback TCP; a second process drains or drives it.
//
//     bench_uring            prints a table: CPU us a message and system calls a message
//
// fan-out: a message for each of 100 sockets, 1, 4 or 16 of them in one write. io_uring submits all
// 100 writes by one system call. forward: 32 pairs of sockets with one message under way each; what
// comes from one of a pair goes to the other. The CPU time is that of the writing process with all
// its threads, io_uring's workers among them.

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::size_t message_bytes = 168;

[[noreturn]] void system_failure(const char* what, int error = errno) {
    throw std::system_error(error, std::generic_category(), what);
}

double cpu_seconds() {
    timespec time{};
    if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0) system_failure("clock_gettime");
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Two ends of one loopback TCP connection.
struct Pair {
    int near = -1;
    int far = -1;
};

std::vector<Pair> make_pairs(std::size_t count) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    if (listener < 0 || ::bind(listener, plain, size) != 0 || ::listen(listener, 512) != 0 ||
        ::getsockname(listener, plain, &size) != 0) {
        system_failure("listen");
    }
    const int on = 1;
    std::vector<Pair> pairs(count);
    for (Pair& pair : pairs) {
        pair.far = ::socket(AF_INET, SOCK_STREAM, 0);
        if (::connect(pair.far, plain, size) != 0) system_failure("connect");
        pair.near = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        if (pair.near < 0) system_failure("accept");
        ::setsockopt(pair.near, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::setsockopt(pair.far, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    ::close(listener);
    return pairs;
}

void close_all(const std::vector<Pair>& pairs) {
    for (const Pair& pair : pairs) {
        ::close(pair.near);
        ::close(pair.far);
    }
}

/// The other process: `work` runs in it until it is killed.
template <class Work>
pid_t start_peer(Work work) {
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) system_failure("fork");
    if (pid > 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(0);
    work();
    ::_exit(0);
}

void stop_peer(pid_t pid) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
}

int make_epoll(const std::vector<int>& fds) {
    const int epoll = ::epoll_create1(0);
    for (std::size_t i = 0; i < fds.size(); ++i) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event) != 0) system_failure("epoll_ctl");
    }
    return epoll;
}

/// Reads whatever comes, and answers with as many octets if told to.
enum class Answers : std::uint8_t { no, yes };
void serve(const std::vector<int>& fds, Answers answers) {
    const int epoll = make_epoll(fds);
    std::array<epoll_event, 64> ready{};
    std::vector<char> buffer(256U << 10U);
    while (true) {
        const int count = ::epoll_wait(epoll, ready.data(), static_cast<int>(ready.size()), -1);
        for (int i = 0; i < count; ++i) {
            const int fd = fds[ready[static_cast<std::size_t>(i)].data.u64];
            const ssize_t size = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (size == 0) return;
            if (size < 0 || answers == Answers::no) continue;
            if (::send(fd, buffer.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL) < 0) return;
        }
    }
}

class Ring {
  public:
    explicit Ring(unsigned entries) {
        const int result = ::io_uring_queue_init(entries, &ring_, IORING_SETUP_COOP_TASKRUN);
        if (result < 0) system_failure("io_uring_setup", -result);
    }
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    ~Ring() { ::io_uring_queue_exit(&ring_); }

    io_uring_sqe* prepare() {
        io_uring_sqe* entry = ::io_uring_get_sqe(&ring_);
        if (entry == nullptr) throw std::runtime_error("the submission queue is full");
        return entry;
    }
    void submit_and_wait(unsigned count) {
        const int result = ::io_uring_submit_and_wait(&ring_, count);
        if (result < 0 && result != -EINTR) system_failure("io_uring_enter", -result);
    }
    template <class OnDone>
    unsigned take(OnDone on_done) {
        io_uring_cqe* done = nullptr;
        unsigned head = 0;
        unsigned count = 0;
        io_uring_for_each_cqe(&ring_, head, done) {
            on_done(*done);
            ++count;
        }
        ::io_uring_cq_advance(&ring_, count);
        return count;
    }

  private:
    io_uring ring_{};
};

struct Cost {
    double cpu_us = 0.0;
    double calls = 0.0;
};

Cost cost_of(double cpu, std::size_t calls, std::size_t messages) {
    const auto count = static_cast<double>(messages);
    return {cpu * 1e6 / count, static_cast<double>(calls) / count};
}

/// What a socket does not take at once is waited for, by either way alike.
std::size_t write_rest(int fd, const char* bytes, std::size_t size) {
    std::size_t calls = 0;
    while (size > 0) {
        pollfd wait{fd, POLLOUT, 0};
        ::poll(&wait, 1, -1);
        const ssize_t sent = ::send(fd, bytes, size, MSG_NOSIGNAL);
        calls += 2;
        if (sent < 0 && errno != EAGAIN) system_failure("send");
        if (sent > 0) size -= static_cast<std::size_t>(sent);
    }
    return calls;
}

Cost fan_out_by_calls(const std::vector<Pair>& pairs, std::size_t a_write, std::size_t rounds) {
    const std::vector<char> bytes(message_bytes * a_write, 'x');
    std::size_t calls = 0;
    const double cpu = cpu_seconds();
    for (std::size_t round = 0; round < rounds; ++round) {
        for (const Pair& pair : pairs) {
            const ssize_t sent = ::send(pair.near, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            ++calls;
            if (sent < 0 && errno != EAGAIN) system_failure("send");
            const auto done = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
            if (done < bytes.size())
                calls += write_rest(pair.near, bytes.data(), bytes.size() - done);
        }
    }
    return cost_of(cpu_seconds() - cpu, calls, rounds * pairs.size() * a_write);
}

Cost fan_out_by_ring(const std::vector<Pair>& pairs, std::size_t a_write, std::size_t rounds) {
    const std::vector<char> bytes(message_bytes * a_write, 'x');
    Ring ring(static_cast<unsigned>(pairs.size()));
    std::size_t calls = 0;
    const double cpu = cpu_seconds();
    for (std::size_t round = 0; round < rounds; ++round) {
        for (const Pair& pair : pairs) {
            io_uring_sqe* entry = ring.prepare();
            ::io_uring_prep_send(entry, pair.near, bytes.data(), bytes.size(),
                                 MSG_NOSIGNAL | MSG_DONTWAIT);
            entry->user_data = static_cast<std::uint64_t>(pair.near);
        }
        std::size_t open = pairs.size();
        while (open > 0) {
            ring.submit_and_wait(static_cast<unsigned>(open));
            ++calls;
            open -= ring.take([&](const io_uring_cqe& done) {
                if (done.res < 0 && done.res != -EAGAIN) system_failure("send", -done.res);
                const auto sent = static_cast<std::size_t>(std::max(done.res, 0));
                if (sent == bytes.size()) return;
                calls +=
                    write_rest(static_cast<int>(done.user_data), bytes.data(), bytes.size() - sent);
            });
        }
    }
    return cost_of(cpu_seconds() - cpu, calls, rounds * pairs.size() * a_write);
}

/// One message starts on each socket; what comes in goes out at the neighbour.
void start_forwarding(const std::vector<Pair>& pairs) {
    const std::vector<char> bytes(message_bytes, 'x');
    for (const Pair& pair : pairs) {
        if (::send(pair.near, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) system_failure("send");
    }
}

Cost forward_by_calls(const std::vector<Pair>& pairs, std::size_t messages) {
    std::vector<int> fds;
    for (const Pair& pair : pairs) fds.push_back(pair.near);
    const int epoll = make_epoll(fds);
    std::array<epoll_event, 64> ready{};
    std::vector<char> buffer(64U << 10U);
    start_forwarding(pairs);
    std::size_t calls = 0;
    std::size_t forwarded = 0;
    const double cpu = cpu_seconds();
    while (forwarded < messages) {
        const int count = ::epoll_wait(epoll, ready.data(), static_cast<int>(ready.size()), 5000);
        if (count <= 0) throw std::runtime_error("nothing comes to be forwarded");
        ++calls;
        for (int i = 0; i < count; ++i) {
            const std::size_t from = ready[static_cast<std::size_t>(i)].data.u64;
            const ssize_t size = ::recv(fds[from], buffer.data(), buffer.size(), 0);
            if (size <= 0) system_failure("recv");
            if (::send(fds[from ^ 1U], buffer.data(), static_cast<std::size_t>(size),
                       MSG_NOSIGNAL) != size) {
                system_failure("send");
            }
            calls += 2;
            forwarded += static_cast<std::size_t>(size) / message_bytes;
        }
    }
    ::close(epoll);
    return cost_of(cpu_seconds() - cpu, calls, forwarded);
}

/// A receive stands ready on each socket all the time; each has a buffer of its own.
Cost forward_by_ring(const std::vector<Pair>& pairs, std::size_t messages) {
    constexpr std::uint64_t is_send = 1ULL << 32U;
    Ring ring(256);
    std::vector<std::array<char, 4096>> buffers(pairs.size());
    const auto receive = [&](std::size_t from) {
        io_uring_sqe* entry = ring.prepare();
        ::io_uring_prep_recv(entry, pairs[from].near, buffers[from].data(), buffers[from].size(),
                             0);
        entry->user_data = from;
    };
    for (std::size_t i = 0; i < pairs.size(); ++i) receive(i);
    start_forwarding(pairs);
    std::size_t calls = 0;
    std::size_t forwarded = 0;
    const double cpu = cpu_seconds();
    while (forwarded < messages) {
        ring.submit_and_wait(1);
        ++calls;
        ring.take([&](const io_uring_cqe& done) {
            if (done.res <= 0) system_failure("recv or send", -done.res);
            const std::size_t from = done.user_data & 0xffffffffU;
            // The buffer is free for the next message once the last one is sent.
            if ((done.user_data & is_send) != 0) return receive(from);
            forwarded += static_cast<std::size_t>(done.res) / message_bytes;
            io_uring_sqe* entry = ring.prepare();
            ::io_uring_prep_send(entry, pairs[from ^ 1U].near, buffers[from].data(),
                                 static_cast<std::size_t>(done.res), MSG_NOSIGNAL);
            entry->user_data = from | is_send;
        });
    }
    return cost_of(cpu_seconds() - cpu, calls, forwarded);
}

template <class Measure>
Cost measured(std::size_t sockets, Answers answers, Measure measure) {
    const std::vector<Pair> pairs = make_pairs(sockets);
    std::vector<int> far;
    for (const Pair& pair : pairs) far.push_back(pair.far);
    const pid_t peer = start_peer([&] { serve(far, answers); });
    Cost cost;
    try {
        cost = measure(pairs);
    } catch (...) {
        stop_peer(peer);
        throw;
    }
    stop_peer(peer);
    close_all(pairs);
    return cost;
}

/// Both ways in turn; the least of the rounds, since what disturbs a round makes it worse.
template <class Calls, class Uring>
void print_row(const char* name, std::size_t sockets, Answers answers, int rounds, Calls calls,
               Uring uring) {
    Cost plain{1e9, 0.0};
    Cost ring{1e9, 0.0};
    for (int round = 0; round < rounds; ++round) {
        const Cost first = measured(sockets, answers, calls);
        if (first.cpu_us < plain.cpu_us) plain = first;
        const Cost second = measured(sockets, answers, uring);
        if (second.cpu_us < ring.cpu_us) ring = second;
    }
    std::printf("| %s | %.3f | %.3f | %.3f | %.3f | %+.0f %% |\n", name, plain.cpu_us, plain.calls,
                ring.cpu_us, ring.calls, (ring.cpu_us / plain.cpu_us - 1.0) * 100.0);
    std::fflush(stdout);
}

void run(std::size_t messages, int rounds) {
    std::printf(
        "| exchange | epoll: CPU us | calls | io_uring: CPU us | calls | difference |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: |\n");
    for (const std::size_t a_write : {1, 4, 16}) {
        const std::string name = "fan-out 1 to 100, " + std::to_string(a_write) + " in a write";
        const std::size_t publications = std::max<std::size_t>(messages / 100 / a_write, 1);
        print_row(
            name.c_str(), 100, Answers::no, rounds,
            [&](const auto& pairs) { return fan_out_by_calls(pairs, a_write, publications); },
            [&](const auto& pairs) { return fan_out_by_ring(pairs, a_write, publications); });
    }
    print_row(
        "forward, 64 sockets, 1 in flight each", 64, Answers::yes, rounds,
        [&](const auto& pairs) { return forward_by_calls(pairs, messages / 4); },
        [&](const auto& pairs) { return forward_by_ring(pairs, messages / 4); });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"What io_uring would save."};
    std::size_t messages = 800'000;
    int rounds = 3;
    app.add_option("--messages", messages, "for each figure")->check(CLI::Range(1000, 100'000'000));
    app.add_option("--rounds", rounds)->check(CLI::Range(1, 100));
    CLI11_PARSE(app, argc, argv);
    try {
        run(messages, rounds);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "bench_uring: " << error.what() << '\n';
        return 1;
    }
}
