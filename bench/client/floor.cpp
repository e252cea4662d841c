// bench_client_floor: what a call costs a client at the very least. A blocking socket, one thread,
// MessagePack by position, no library: it can do nothing but this one exchange. All messages of one
// read are answered by one write. See bench/client/run for what it is told and tells.

#include <CLI/CLI.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iostream>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace {

void require(bool is_so, const char* what) {
    if (!is_so) throw std::runtime_error(std::string("the router sent ") + what);
}

/// One MessagePack message by position; throws when it is not what is awaited.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    void expect(std::uint8_t byte) { require(next() == byte, "another message than was awaited"); }
    [[nodiscard]] std::uint64_t read_uint() {
        const std::uint8_t first = next();
        if (first < 0x80) return first;
        require(first >= 0xcc && first <= 0xcf, "something else where a number was awaited");
        std::uint64_t value = 0;
        for (unsigned octets = 1U << (first - 0xccU); octets > 0; --octets) {
            value = value << 8 | next();
        }
        return value;
    }

  private:
    std::uint8_t next() {
        require(at_ < bytes_.size(), "a message that is too short");
        return static_cast<std::uint8_t>(bytes_[at_++]);
    }

    std::string_view bytes_;
    std::size_t at_ = 0;
};

void put(std::string& out, std::initializer_list<unsigned> octets) {
    for (const unsigned octet : octets) out.push_back(static_cast<char>(octet));
}
void put_uint(std::string& out, std::uint64_t value) {
    if (value < 0x80) return put(out, {static_cast<unsigned>(value)});
    const unsigned size = value < 0x100 ? 0 : value < 0x10000 ? 1 : value <= 0xffffffff ? 2 : 3;
    put(out, {0xccU + size});
    for (unsigned octets = 1U << size; octets > 0; --octets) {
        out.push_back(static_cast<char>(value >> (8 * (octets - 1))));
    }
}
void put_text(std::string& out, std::string_view text) {
    if (text.size() < 32) {
        put(out, {0xa0U + static_cast<unsigned>(text.size())});
    } else {
        put(out, {0xd9, static_cast<unsigned>(text.size())});
    }
    out += text;
}

/// A connection with the frames of one wire.
class Connection {
  public:
    explicit Connection(const std::string& url) {
        std::smatch parts;
        const std::regex form("(ws|rs)://127\\.0\\.0\\.1:(\\d+)(/.*)?");
        if (!std::regex_match(url, parts, form)) throw std::runtime_error("no such URL: " + url);
        is_websocket_ = parts[1] == "ws";
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(parts[2])));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
        const int yes = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("cannot connect to " + url);
        }
        is_websocket_ ? shake_hands(parts[3]) : shake_hands();
    }

    /// Adds a message to those that flush() sends.
    void send(std::string_view message) {
        if (!is_websocket_) {
            put(output_, {0, 0, static_cast<unsigned>(message.size() >> 8),
                          static_cast<unsigned>(message.size() & 0xff)});
            output_ += message;
            return;
        }
        put(output_, {0x82});
        if (message.size() < 126) {
            put(output_, {0x80U | static_cast<unsigned>(message.size())});
        } else {
            put(output_, {0xfe, static_cast<unsigned>(message.size() >> 8),
                          static_cast<unsigned>(message.size() & 0xff)});
        }
        mask_ = mask_ * 1664525U + 1013904223U;
        const std::array<unsigned, 4> key{mask_ >> 24, mask_ >> 16 & 0xffU, mask_ >> 8 & 0xffU,
                                          mask_ & 0xffU};
        put(output_, {key[0], key[1], key[2], key[3]});
        for (std::size_t i = 0; i < message.size(); ++i) {
            output_.push_back(
                static_cast<char>(static_cast<std::uint8_t>(message[i]) ^ key[i % 4]));
        }
    }
    void flush() {
        for (std::size_t sent = 0; sent < output_.size();) {
            const auto count = ::write(fd_, output_.data() + sent, output_.size() - sent);
            if (count <= 0) throw std::runtime_error("cannot write");
            sent += static_cast<std::size_t>(count);
        }
        output_.clear();
    }
    /// One read(); calls `take(message)` for each whole message of it. False at the end.
    template <class Take>
    bool receive(const Take& take) {
        const auto count = ::read(fd_, input_.data() + filled_, input_.size() - filled_);
        if (count <= 0) return false;
        filled_ += static_cast<std::size_t>(count);
        std::size_t at = 0;
        for (std::string_view message; cut(at, message);) take(message);
        filled_ -= at;
        if (filled_ > 0) std::memmove(input_.data(), input_.data() + at, filled_);
        return true;
    }

  private:
    /// The message that begins at `at`, if it is whole; then `at` is behind it.
    bool cut(std::size_t& at, std::string_view& message) const {
        const std::string_view rest(input_.data() + at, filled_ - at);
        const auto number = [rest](std::size_t place) -> std::size_t {
            return static_cast<std::uint8_t>(rest[place]) * std::size_t{256} +
                   static_cast<std::uint8_t>(rest[place + 1]);
        };
        if (rest.size() < 4) return false;
        std::size_t header = is_websocket_ ? 2 : 4;
        std::size_t size = is_websocket_ ? number(0) & 0x7fU : number(2);
        if (is_websocket_ && size == 126) {
            size = number(2);
            header = 4;
        }
        if (rest.size() < header + size) return false;
        message = rest.substr(header, size);
        at += header + size;
        return true;
    }
    void shake_hands() {
        put(output_, {0x7f, 0xf2, 0, 0});
        flush();
        std::array<char, 4> answer{};
        require(::recv(fd_, answer.data(), 4, MSG_WAITALL) == 4 && answer[0] == 0x7f,
                "no handshake");
    }
    void shake_hands(const std::string& path) {
        output_ = "GET " + path +
                  " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Protocol: wamp.2.msgpack\r\n\r\n";
        flush();
        std::string answer;
        for (char each = 0; !answer.ends_with("\r\n\r\n"); answer.push_back(each)) {
            require(::read(fd_, &each, 1) == 1, "no handshake");
        }
        require(answer.starts_with("HTTP/1.1 101"), "a refusal");
    }

    int fd_ = -1;
    bool is_websocket_ = false;
    std::uint32_t mask_ = 1;
    std::string output_;
    std::array<char, 64U << 10U> input_{};
    std::size_t filled_ = 0;
};

/// HELLO and WELCOME, and for a callee REGISTER and REGISTERED.
void join(Connection& connection, const std::string& procedure, bool is_callee) {
    std::string hello;
    put(hello, {0x93, 1});
    put_text(hello, "realm1");
    put(hello, {0x81});
    put_text(hello, "roles");
    put(hello, {0x81});
    put_text(hello, is_callee ? "callee" : "caller");
    put(hello, {0x80});
    connection.send(hello);
    connection.flush();
    const auto awaited = [&connection](std::uint8_t length, std::uint8_t type) {
        bool has_come = false;
        while (!has_come && connection.receive([&](std::string_view message) {
            Reader in(message);
            in.expect(length);
            in.expect(type);
            has_come = true;
        })) {
        }
        require(has_come, "nothing more");
    };
    awaited(0x93, 2);
    if (!is_callee) return;
    std::string enrol;
    put(enrol, {0x94, 64, 1, 0x80});
    put_text(enrol, procedure);
    connection.send(enrol);
    connection.flush();
    awaited(0x93, 65);
}

/// Adds two numbers for whoever asks.
void serve(Connection& connection) {
    std::string answer;
    const auto take = [&](std::string_view message) {
        Reader in(message);  // INVOCATION: [68, request, registration, {}, [a, b]]
        in.expect(0x95);
        in.expect(68);
        const std::uint64_t request = in.read_uint();
        static_cast<void>(in.read_uint());
        in.expect(0x80);
        in.expect(0x92);
        const std::uint64_t a = in.read_uint();
        const std::uint64_t b = in.read_uint();
        answer.clear();
        put(answer, {0x94, 70});
        put_uint(answer, request);
        put(answer, {0x80, 0x91});
        put_uint(answer, a + b);
        connection.send(answer);
    };
    while (connection.receive(take)) connection.flush();
}

class Caller {
  public:
    Caller(Connection& connection, std::string procedure)
        : connection_(connection), procedure_(std::move(procedure)) {}

    void run(std::uint64_t calls, std::uint64_t in_flight) {
        left_ = calls;
        awaited_ = calls;
        for (std::uint64_t i = 0; i < in_flight; ++i) call();
        connection_.flush();
        const auto take = [this](std::string_view message) {
            Reader in(message);  // RESULT: [50, request, {}, [sum]]
            in.expect(0x94);
            in.expect(50);
            const std::uint64_t request = in.read_uint();
            in.expect(0x80);
            in.expect(0x91);
            require(in.read_uint() == request + 1, "a wrong sum");
            --awaited_;
            call();
        };
        while (awaited_ > 0) {
            if (!connection_.receive(take)) throw std::runtime_error("the router hung up");
            connection_.flush();
        }
    }

  private:
    void call() {
        if (left_ == 0) return;
        --left_;
        const std::uint64_t request = ++request_;
        message_.clear();
        put(message_, {0x95, 48});
        put_uint(message_, request);
        put(message_, {0x80});
        put_text(message_, procedure_);
        put(message_, {0x92});
        put_uint(message_, request);
        put(message_, {1});
        connection_.send(message_);
    }

    Connection& connection_;
    std::string procedure_;
    std::string message_;
    std::uint64_t request_ = 0;
    std::uint64_t left_ = 0;
    std::uint64_t awaited_ = 0;
};

int run(int argc, char** argv) {
    CLI::App application("The floor of bench/client/run");
    std::string role, url, procedure;
    application.add_option("--role", role)->required();
    application.add_option("--url", url)->required();
    application.add_option("--procedure", procedure)->required();
    CLI11_PARSE(application, argc, argv);
    Connection connection(url);
    const bool is_callee = role == "callee";
    join(connection, procedure, is_callee);
    std::cout << "ready" << std::endl;
    if (is_callee) {
        serve(connection);
        return 0;
    }
    Caller caller(connection, procedure);
    for (std::uint64_t calls = 0, in_flight = 0; std::cin >> calls >> in_flight;) {
        const auto start = std::chrono::steady_clock::now();
        caller.run(calls, in_flight);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        std::cout << taken.count() << std::endl;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
