#include "tests/fuzz/socket_peer.hpp"

#include "common/base/check.hpp"
#include "common/wire/rawsocket.hpp"
#include "common/wire/websocket.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace kreisel::fuzz {

namespace {

/// Never reached unless the router is stuck.
constexpr int patience_ms = 20'000;
constexpr std::size_t message_bytes_max = 16U << 20U;

// Ids of the router's choice differ from run to run; inputs name them by this.
std::string last_id = "1";

std::span<const std::uint8_t> octets_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Calls again what a signal interrupted: fuzzers have an alarm that comes every few seconds.
template <class Call>
int uninterrupted(Call call) {
    for (;;) {
        const int result = call();
        if (result >= 0 || errno != EINTR) return result;
    }
}

std::unique_ptr<Wire> make_client(SocketPeer::Transport transport) {
    if (transport == SocketPeer::Transport::rawsocket) {
        return make_rawsocket_client({Encoding::json, message_bytes_max});
    }
    WebSocketClientSettings settings;
    settings.host = "fuzz";
    settings.path = "/ws";
    settings.subprotocols = {"wamp.2.json"};
    return make_websocket_client(settings);
}

}  // namespace

SocketPeer::SocketPeer(const std::string& path, Transport transport)
    : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), wire_(make_client(transport)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    CHECK(path.size() < sizeof(address.sun_path), "the path fits");
    std::memcpy(address.sun_path, path.c_str(), path.size());
    const int connected = uninterrupted([&] {
        return ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    });
    CHECK(connected == 0, "the router takes connections");
    ByteWriter start;
    wire_->start(start);
    write(start.span());
    receive_until([this] { return is_open_; });
    CHECK(is_open_, "our own client and server agree");
}

SocketPeer::~SocketPeer() { ::close(socket_); }

void SocketPeer::join() {
    send(R"([1,"realm1",{"roles":{)"
         R"("publisher":{},"subscriber":{},)"
         R"("caller":{"features":{"progressive_call_invocations":true}},)"
         R"("callee":{"features":{"call_canceling":true,"progressive_call_results":true,)"
         R"("progressive_call_invocations":true}}}}])");
    receive_until([this] { return is_joined_; });
    CHECK(is_joined_, "anonymous gets in");
}

void SocketPeer::send(std::string_view text) {
    std::string filled;
    for (const char c : text) {
        if (c == '#') {
            filled += std::to_string(++last_request_);
        } else if (c == '$') {
            filled += last_id;
        } else {
            filled += c;
        }
    }
    ByteWriter framed;
    wire_->frame_message(octets_of(filled), framed);
    write(framed.span());
}

void SocketPeer::send_octets(std::string_view octets) {
    is_clean_ = false;
    write(octets_of(octets));
}

void SocketPeer::synchronize() {
    if (!is_clean_ || !is_joined_ || has_ended_) return read();
    send(R"([48,#,{},"wamp.session.count"])");
    const std::uint64_t request = last_request_;
    receive_until([&] { return answered_.contains(request); });
}

Value SocketPeer::ask(std::string_view procedure) {
    send("[48,#,{},\"" + std::string(procedure) + "\"]");
    const std::uint64_t request = last_request_;
    receive_until([&] { return answered_.contains(request); });
    CHECK(!has_ended_, "who did nothing wrong stays");
    return result_;
}

void SocketPeer::write(std::span<const std::uint8_t> octets) {
    if (has_ended_) return;
    // Inputs are shorter than the buffer of a socket; what does not fit is lost with the peer.
    const auto sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent != static_cast<ssize_t>(octets.size())) is_clean_ = false;
}

template <class IsDone>
void SocketPeer::receive_until(IsDone is_done) {
    while (!has_ended_ && !is_done()) CHECK(receive(patience_ms), "the router answers");
}

bool SocketPeer::receive(int timeout_ms) {
    pollfd wanted{socket_, POLLIN, 0};
    if (has_ended_ || uninterrupted([&] { return ::poll(&wanted, 1, timeout_ms); }) != 1) {
        return false;
    }
    std::array<std::uint8_t, 16384> buffer;
    const auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count <= 0) {
        has_ended_ = true;
        return true;
    }
    WireEvents events;
    wire_->feed({buffer.data(), static_cast<std::size_t>(count)}, events);
    is_open_ = is_open_ || events.has_opened;
    for (const auto& message : events.messages) {
        const auto decoded = decode(Encoding::json, message.bytes, {});
        CHECK(decoded.has_value(), "the client reads what is sent");
        take(*decoded);
    }
    if (events.output.size() > 0) write(events.output.span());
    if (events.end) {
        // Octets of the input may have looked like anything to the router, but not its own to us.
        CHECK(events.end->cause != WireEnd::Cause::violation, "the router keeps the wire's rules");
        has_ended_ = true;
    }
    return true;
}

void SocketPeer::take(const Message& message) {
    if (const auto* subscribed = std::get_if<Subscribed>(&message)) {
        last_id = std::to_string(subscribed->subscription.value);
    } else if (const auto* registered = std::get_if<Registered>(&message)) {
        last_id = std::to_string(registered->registration.value);
    } else if (const auto* result = std::get_if<ResultMessage>(&message)) {
        if (result->details.is_true("progress")) {
            CHECK(!answered_.contains(result->request.value), "no part behind the final result");
            return;
        }
        const List arguments = read_payload(result->payload).args;
        result_ = arguments.empty() ? Value() : arguments.front();
        note_answer(result->request.value);
    } else if (const auto* error = std::get_if<ErrorMessage>(&message)) {
        if (error->request_type != MessageType::cancel) note_answer(error->request.value);
    } else if (std::holds_alternative<Welcome>(message)) {
        CHECK(!is_joined_, "one welcome");
        is_joined_ = true;
    } else if (std::holds_alternative<Abort>(message) || std::holds_alternative<Goodbye>(message)) {
        has_ended_ = true;
    }
}

void SocketPeer::note_answer(std::uint64_t request) {
    const bool is_new = answered_.insert(request).second;
    CHECK(is_new || !is_clean_, "one answer for one request");
}

}  // namespace kreisel::fuzz
