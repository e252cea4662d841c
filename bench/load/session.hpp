#pragma once
// Session: one connection of the load generator, non-blocking, on one thread.
//
// It lives twice. First as an honest client: common/wire makes the handshake, common/codec reads
// every message into inbox(). After start_measuring() the same socket is read by frame headers
// only (frames.hpp) and written by templates (template.hpp).
//
//     Session session(settings);
//     poller.add(session);
//     ... session.on_readable(buffer) ... session.inbox() ...
//     session.start_measuring();
//     session.read_frames(buffer, [&](const MessageHead& head, Bytes message) { ... });

#include "bench/load/frames.hpp"
#include "bench/load/raw_hello.hpp"
#include "bench/load/target.hpp"
#include "bench/load/tls_end.hpp"
#include "common/base/bytes.hpp"
#include "common/wamp/messages.hpp"
#include "common/wire/wire.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kreisel::load {

struct SessionSettings {
    Target target;
    Encoding encoding = Encoding::json;
    std::string realm = "realm1";
    /// See connect_to().
    std::uint8_t source = 0;
    /// For the floor.
    RawHello raw_hello;
    /// With TLS: comes with the ticket of an earlier session.
    bool resumes_tls = false;
    /// Octets of the handshake that are sent; the rest never comes.
    std::size_t handshake_bytes_max = SIZE_MAX;
};

class Session {
  public:
    /// Starts to connect.
    explicit Session(const SessionSettings& settings);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    /// Reads and answers the handshake, decodes messages into the inbox.
    void on_readable(ReadBuffer& buffer);
    void on_writable() { flush(); }
    /// For the floor: so many octets that mean nothing, to be sent by the next flush().
    void put_filler(std::size_t size);
    /// Sends by codec and wire.
    void send(const Message& message);
    /// Begins the polite end: a close frame over WebSocket, then the end of what we send.
    void close_politely();
    /// Ends with RST, as a crashed client or a cut cable does.
    void reset();

    void start_measuring() { is_measuring_ = true; }
    [[nodiscard]] bool is_measuring() const { return is_measuring_; }
    /// One recv(); calls `on_message(head, bytes)` for each whole message of it. Answers pings.
    template <class OnMessage>
    void read_frames(ReadBuffer& buffer, OnMessage&& on_message);
    /// Frames to be sent by the next flush().
    [[nodiscard]] ByteWriter& output() { return output_; }
    /// Writes as much as the socket takes.
    void flush();

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] Encoding encoding() const { return encoding_; }
    [[nodiscard]] const FrameForm& form() const { return form_; }
    /// There is something to be sent, and the socket is what it waits for.
    [[nodiscard]] bool has_output() const {
        return written_ < output_.size() && (tls_ == nullptr || !tls_->waits_for_input());
    }
    /// Octets in both directions until now, TLS not included.
    [[nodiscard]] std::size_t received_bytes() const { return received_bytes_; }
    [[nodiscard]] std::size_t sent_bytes() const { return sent_bytes_; }
    [[nodiscard]] bool is_resumed() const { return tls_ != nullptr && tls_->is_resumed(); }
    /// The handshake of the wire is done; HELLO may go out.
    [[nodiscard]] bool is_open() const { return is_open_; }
    /// Closed by either side or failed; end_reason() says how.
    [[nodiscard]] bool is_ended() const { return is_ended_; }
    [[nodiscard]] const std::string& end_reason() const { return end_reason_; }
    [[nodiscard]] std::vector<Message>& inbox() { return inbox_; }
    /// For the Poller: the epoll mask that is set now.
    std::uint32_t poll_mask = 0;

  private:
    void end(std::string reason);
    [[nodiscard]] bool receive(ReadBuffer& buffer, std::size_t& received);
    void feed_raw(Bytes bytes);
    void feed_wire(Bytes bytes);
    void answer(const CutFrame& frame);

    int fd_ = -1;
    std::unique_ptr<TlsEnd> tls_;
    std::size_t received_bytes_ = 0;
    std::size_t sent_bytes_ = 0;
    Encoding encoding_;
    FrameForm form_;
    std::unique_ptr<Wire> wire_;
    WireEvents events_;
    std::vector<Message> inbox_;
    std::vector<std::uint8_t> carry_;
    ByteWriter output_;
    std::size_t written_ = 0;
    MessageHead fragment_head_;
    std::string end_reason_;
    bool is_open_ = false;
    bool is_ended_ = false;
    bool is_measuring_ = false;
    bool is_in_fragments_ = false;
    bool ends_after_output_ = false;
    bool is_raw_login_ = false;
};

/// How the messages of such a connection are cut; fixed sizes for the floor are filled in
/// from its hello.
[[nodiscard]] FrameForm form_of(Target::Kind kind);

template <class OnMessage>
void Session::read_frames(ReadBuffer& buffer, OnMessage&& on_message) {
    std::size_t received = 0;
    if (!receive(buffer, received)) return;
    Bytes rest(buffer.data(), carry_.size() + received);
    CutFrame frame;
    for (std::size_t taken = cut_frame(form_, rest, frame); taken != 0;
         taken = cut_frame(form_, rest, frame)) {
        rest = rest.subspan(taken);
        if (frame.is_whole) {
            const bool is_raw = form_.kind == FrameForm::Kind::fixed;
            on_message(is_raw ? MessageHead{} : read_head(encoding_, frame.payload), frame.payload);
        } else if (frame.kind == CutFrame::Kind::message) {
            is_in_fragments_ = false;
            fragment_head_.is_in_pieces = true;
            on_message(fragment_head_, frame.payload);
        } else {
            answer(frame);
        }
        if (is_ended_) return;
    }
    carry_.assign(rest.begin(), rest.end());
}

}  // namespace kreisel::load
