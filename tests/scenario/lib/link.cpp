#include "tests/scenario/lib/link.hpp"

#include "common/wire/rawsocket.hpp"
#include "common/wire/websocket.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kreisel::scenario {

namespace {

constexpr int open_timeout_ms = 30'000;

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        ::close(fd);
        throw TextError(std::string("cannot connect to the router: ") + std::strerror(errno));
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

std::unique_ptr<Wire> make_wire(const Wiring& wiring) {
    if (wiring.framing == Framing::rawsocket) {
        RawSocketClientSettings settings;
        settings.encoding = wiring.encoding;
        return make_rawsocket_client(settings);
    }
    WebSocketClientSettings settings;
    settings.host = "127.0.0.1";
    settings.subprotocols = {std::string(subprotocol_of(wiring.encoding, wiring.framing))};
    settings.mask_seed = 1;
    return make_websocket_client(std::move(settings));
}

}  // namespace

Link::Link(std::uint16_t port, const Wiring& wiring)
    : socket_(connect_to(port)), wire_(make_wire(wiring)) {
    ByteWriter hello;
    wire_->start(hello);
    write_all(hello.span());
    while (!has_opened_ && !has_ended_) {
        if (!read_some(open_timeout_ms) && !has_ended_) break;
    }
    if (!has_opened_) throw TextError("the router did not take the connection");
}

Link::~Link() {
    if (socket_ >= 0) ::close(socket_);
}

void Link::write_all(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return;  // The router has closed; reading will tell.
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

void Link::send(const std::string& message) {
    ByteWriter output;
    wire_->frame_message({reinterpret_cast<const std::uint8_t*>(message.data()), message.size()},
                         output);
    write_all(output.span());
}

bool Link::read_some(int timeout_ms) {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, timeout_ms) <= 0) return false;
    std::array<std::uint8_t, 65536> buffer;
    const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count <= 0) {
        has_ended_ = true;
        return false;
    }
    events_.clear();
    wire_->feed({buffer.data(), static_cast<std::size_t>(count)}, events_);
    if (events_.has_opened) has_opened_ = true;
    for (const WireMessage& message : events_.messages) {
        messages_.emplace_back(message.bytes.text());
    }
    write_all(events_.output.span());
    // After a close frame nothing more comes; the end of the stream is the router's to make.
    return true;
}

Link::Got Link::receive(std::string& message, int timeout_ms) {
    while (messages_.empty()) {
        if (has_ended_) return Got::closed;
        if (!read_some(timeout_ms) && !has_ended_) return Got::nothing;
    }
    message = std::move(messages_.front());
    messages_.pop_front();
    return Got::message;
}

void Link::drop() {
    ::shutdown(socket_, SHUT_WR);
    while (read_some(open_timeout_ms)) {
    }
    if (!has_ended_) throw TextError("the router keeps a connection whose client has gone");
}

}  // namespace kreisel::scenario
