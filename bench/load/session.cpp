#include "bench/load/session.hpp"

#include "bench/load/template.hpp"
#include "common/codec/codec.hpp"
#include "common/wire/rawsocket.hpp"
#include "common/wire/websocket.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace kreisel::load {

FrameForm form_of(Target::Kind kind) {
    switch (kind) {
        case Target::Kind::websocket:
            return {.kind = FrameForm::Kind::websocket};
        case Target::Kind::rawsocket:
            return {.kind = FrameForm::Kind::rawsocket};
        case Target::Kind::raw:
            break;
    }
    return {.kind = FrameForm::Kind::fixed};
}

namespace {

std::unique_ptr<Wire> make_wire(const SessionSettings& settings, int fd) {
    if (settings.target.kind == Target::Kind::rawsocket) {
        RawSocketClientSettings wire;
        wire.encoding = settings.encoding;
        return make_rawsocket_client(wire);
    }
    WebSocketClientSettings wire;
    wire.host = settings.target.host;
    wire.path = settings.target.path;
    wire.subprotocols = {std::string(subprotocol_of(settings.encoding, Framing::websocket))};
    wire.user_agent = "bench_load";
    wire.mask_seed = static_cast<std::uint64_t>(fd) + 1;
    return make_websocket_client(wire);
}

}  // namespace

Session::Session(const SessionSettings& settings)
    : fd_(connect_to(settings.target, settings.source)),
      encoding_(settings.encoding),
      form_(form_of(settings.target.kind)) {
    if (settings.target.has_tls) {
        tls_ = std::make_unique<TlsEnd>(
            client_tls(), fd_,
            settings.resumes_tls ? TlsEnd::Side::resuming_client : TlsEnd::Side::client);
    }
    if (form_.kind == FrameForm::Kind::fixed) {
        form_.fixed_bytes = settings.raw_hello.bytes_from_floor;
        output_.put(std::span<const std::uint8_t>(to_bytes(settings.raw_hello)));
        is_raw_login_ = settings.raw_hello.role == RawRole::login;
        if (is_raw_login_) put_filler(settings.raw_hello.bytes_to_floor - output_.size());
        return;
    }
    wire_ = make_wire(settings, fd_);
    wire_->start(output_);
    output_.truncate(settings.handshake_bytes_max);
}

Session::~Session() {
    if (fd_ >= 0) ::close(fd_);
}

void Session::end(std::string reason) {
    if (is_ended_) return;
    is_ended_ = true;
    end_reason_ = std::move(reason);
    // Leaves the epoll set with it.
    ::close(fd_);
    fd_ = -1;
}

bool Session::receive(ReadBuffer& buffer, std::size_t& received) {
    if (is_ended_) return false;
    std::uint8_t* place = buffer.prepare(carry_);
    const std::size_t room = buffer.free_bytes(carry_.size());
    const ssize_t count =
        tls_ != nullptr ? tls_->receive(place, room) : ::recv(fd_, place, room, 0);
    if (count > 0) {
        received = static_cast<std::size_t>(count);
        received_bytes_ += received;
        return true;
    }
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        // The handshake of TLS may have got on, and what waited for it can go.
        if (tls_ != nullptr && has_output()) flush();
        return false;
    }
    end(count == 0 ? "the connection was closed by the other side"
                   : std::string("receiving failed: ") + std::strerror(errno));
    return false;
}

void Session::on_readable(ReadBuffer& buffer) {
    std::size_t received = 0;
    if (!receive(buffer, received)) return;
    const Bytes bytes(buffer.data(), received);
    if (wire_ == nullptr) return feed_raw(bytes);
    feed_wire(bytes);
}

void Session::put_filler(std::size_t size) { std::memset(output_.extend(size), 'x', size); }

void Session::feed_raw(Bytes bytes) {
    if (is_raw_login_) {
        is_open_ = received_bytes_ >= form_.fixed_bytes;
        return;
    }
    if (is_open_ || bytes.size() != 1 || bytes[0] != raw_hello_answer) {
        return end("the floor answered out of turn");
    }
    is_open_ = true;
}

void Session::feed_wire(Bytes bytes) {
    events_.clear();
    wire_->feed(bytes, events_);
    if (events_.has_opened) is_open_ = true;
    for (const WireMessage& message : events_.messages) {
        Result<Message> decoded = decode(encoding_, message.bytes, {});
        if (!decoded) return end("undecodable message: " + decoded.error().text);
        inbox_.push_back(std::move(*decoded));
    }
    output_.put(events_.output.span());
    if (events_.end) {
        flush();
        return end("the wire ended: " + events_.end->reason);
    }
    if (has_output()) flush();
}

void Session::send(const Message& message) {
    if (is_ended_) return;
    ByteWriter bytes;
    encode(message, encoding_, bytes);
    wire_->frame_message(bytes.span(), output_);
    flush();
}

void Session::close_politely() {
    if (is_ended_) return;
    if (wire_ != nullptr && is_open_) wire_->close(close_code::normal, "", output_);
    ends_after_output_ = true;
    flush();
}

void Session::reset() {
    if (is_ended_) return;
    const linger rst{1, 0};
    static_cast<void>(::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &rst, sizeof rst));
    end("reset by us");
}

void Session::flush() {
    while (!is_ended_ && has_output()) {
        const std::uint8_t* rest = output_.data() + written_;
        const std::size_t size = output_.size() - written_;
        const ssize_t count =
            tls_ != nullptr ? tls_->send(rest, size) : ::send(fd_, rest, size, MSG_NOSIGNAL);
        if (count >= 0) {
            sent_bytes_ += static_cast<std::size_t>(count);
            written_ += static_cast<std::size_t>(count);
            continue;
        }
        // ENOTCONN: the handshake of TCP is still under way.
        if (errno == EAGAIN || errno == ENOTCONN) return;
        if (errno != EINTR) return end(std::string("sending failed: ") + std::strerror(errno));
    }
    if (is_ended_ || written_ < output_.size()) return;
    output_.truncate(0);
    written_ = 0;
    if (ends_after_output_ && !is_ended_) static_cast<void>(::shutdown(fd_, SHUT_WR));
}

void Session::answer(const CutFrame& frame) {
    switch (frame.kind) {
        case CutFrame::Kind::fragment:
            if (!is_in_fragments_) fragment_head_ = read_head(encoding_, frame.payload);
            is_in_fragments_ = true;
            return;
        case CutFrame::Kind::ping:
            if (form_.kind == FrameForm::Kind::websocket) {
                append_masked_frame(0x8a, frame.payload, output_);
            } else {
                output_.put_big_endian(0x02000000U | frame.payload.size(), 4);
                output_.put(frame.payload);
            }
            return flush();
        case CutFrame::Kind::close:
            return end("the router closed the WebSocket");
        case CutFrame::Kind::message:
        case CutFrame::Kind::ignored:
            return;
    }
}

}  // namespace kreisel::load
