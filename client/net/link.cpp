#include "client/net/link.hpp"

#include "common/base/random.hpp"
#include "common/codec/codec.hpp"
#include "common/wire/rawsocket.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace kreisel::client {

namespace {

/// More than this is given back to the system when all is sent.
constexpr std::size_t kept_bytes_max = 256U << 10U;

/// Octets of a read on their way through Wire::feed(), which keeps none of them: one buffer for all
/// links of a thread.
std::span<std::uint8_t> read_buffer() {
    constexpr std::size_t read_bytes = 64U << 10U;
    thread_local std::vector<std::uint8_t> buffer(read_bytes);
    return buffer;
}

/// A message between its encoding and its framing.
ByteWriter& encode_buffer() {
    thread_local ByteWriter buffer;
    return buffer;
}

std::unique_ptr<Wire> make_wire(const LinkSettings& settings) {
    if (!settings.url.is_websocket()) {
        return make_rawsocket_client({.encoding = settings.encodings.front(),
                                      .message_bytes_max = settings.message_bytes_max});
    }
    WebSocketClientSettings wanted;
    wanted.host = settings.url.authority();
    wanted.path = settings.url.target;
    for (const Encoding encoding : settings.encodings) {
        wanted.subprotocols.emplace_back(subprotocol_of(encoding, Framing::websocket));
    }
    wanted.origin = settings.origin;
    wanted.user_agent = settings.user_agent;
    wanted.headers = settings.headers;
    wanted.message_bytes_max = settings.message_bytes_max;
    wanted.mask_seed = SystemRandom().next();
    return make_websocket_client(std::move(wanted));
}

std::string text_of_close(const WireEnd& end) {
    std::string text = "the router closed the connection";
    if (end.code != close_code::none) text += " with code " + std::to_string(end.code);
    if (end.code == close_code::service_restart) text += " (it restarts)";
    if (end.code == close_code::try_again_later) text += " (it is overloaded)";
    return end.reason.empty() ? text : text + ": " + end.reason;
}

}  // namespace

Link::Link(const Strand& strand, std::unique_ptr<Stream> stream, LinkSettings settings,
           std::weak_ptr<LinkOwner> owner)
    : strand_(strand),
      timer_(strand),
      stream_(std::move(stream)),
      settings_(std::move(settings)),
      owner_(std::move(owner)),
      wire_(make_wire(settings_)) {}

Link::~Link() = default;

void Link::start() {
    tenancy_ = Tenancy(strand_.get_inner_executor(), self());
    wire_->start(output_);
    arm_timer(settings_.handshake_timeout);
    post_flush();
    wait_readable();
}

// --- reading ---

void Link::wait_readable() {
    if (is_paused_ || phase_ == Phase::ended || std::exchange(is_waiting_readable_, true)) return;
    stream_->wait_readable(shared_from_this());
}

void Link::resume_reading() {
    if (!std::exchange(is_paused_, false) || is_in_burst_) return;
    wait_readable();
}

void Link::on_readable(const boost::system::error_code& ec) {
    is_waiting_readable_ = false;
    if (phase_ == Phase::ended) return;
    const auto owner = owner_.lock();
    if (!owner) return destroy();
    if (ec) return lose(lost_error(ec.message()));
    if (is_paused_) return;
    read_burst(*owner);
}

void Link::read_burst(LinkOwner& owner) {
    const auto buffer = read_buffer();
    const IoResult got = stream_->read(buffer);
    if (got.state == IoResult::State::would_block) return wait_readable();
    if (got.state != IoResult::State::done) return on_stream_end(got);
    has_received_ = true;
    is_in_burst_ = true;
    take(buffer.first(got.count), owner);
    is_in_burst_ = false;
    if (phase_ == Phase::ended) return;
    write_some();
    tell_writable();
    if (phase_ != Phase::ended) wait_readable();
}

void Link::take(std::span<const std::uint8_t> octets, LinkOwner& owner) {
    wire_->feed(octets, events_);
    // Pongs, or the close frame that answers the router's.
    output_.put(events_.output.span());
    if (events_.has_opened && phase_ == Phase::opening) {
        phase_ = Phase::open;
        timer_.cancel();
        if (settings_.ping_interval.count() > 0) arm_timer(settings_.ping_interval);
        owner.on_open(wire_->encoding());
    }
    take_messages(owner);
    const auto end = std::move(events_.end);
    events_.clear();
    if (phase_ == Phase::ended) return;
    if (phase_ == Phase::open && output_bytes() > settings_.output_bytes_max) {
        return lose(lost_error("the router does not read the answers to its own pings"));
    }
    if (phase_ == Phase::open) owner.on_burst_end();
    if (end && phase_ != Phase::ended) on_wire_end(*end);
}

void Link::take_messages(LinkOwner& owner) {
    for (const WireMessage& message : events_.messages) {
        // A router that has been told the end may still have been sending.
        if (phase_ != Phase::open) return;
        auto decoded = decode(wire_->encoding(), message.bytes, {});
        if (!decoded) {
            wire_->close(close_code::protocol_error, decoded.error().text, output_);
            return lose(broken_error(decoded.error().text));
        }
        owner.on_message(std::move(*decoded));
    }
}

void Link::on_wire_end(const WireEnd& end) {
    using Cause = WireEnd::Cause;
    if (phase_ == Phase::closing && end.cause == Cause::peer_close) {
        return lose(Error(uris::closed, {"the connection was closed"}));
    }
    switch (end.cause) {
        case Cause::peer_close: {
            Error error = lost_error(text_of_close(end));
            if (end.code == close_code::none) return lose(std::move(error));
            return lose(Error(error.uri(), error.args(), {{"code", int{end.code}}}));
        }
        case Cause::refused:
        case Cause::served: {
            Error error = lost_error(end.reason);
            if (!settings_.url.is_websocket() || end.code == close_code::protocol_error) {
                return lose(std::move(error));
            }
            return lose(Error(error.uri(), error.args(), {{"status", int{end.code}}}));
        }
        case Cause::violation:
            return lose(broken_error(end.reason));
    }
}

void Link::on_stream_end(const IoResult& got) {
    if (phase_ == Phase::closing) {
        return lose(Error(uris::closed, {"the connection was closed"}));
    }
    const std::string fault = stream_->fault();
    if (!fault.empty()) return lose(lost_error(fault));
    // The first error is the one that tells.
    if (write_error_) return lose(lost_error(write_error_.message()));
    if (got.state == IoResult::State::failed) return lose(lost_error(got.ec.message()));
    if (phase_ == Phase::opening) {
        return lose(lost_error("the router ended the connection in the handshake"));
    }
    lose(lost_error("the router ended the connection without a word"));
}

// --- writing ---

Sent Link::send(const Message& message) {
    if (phase_ != Phase::open) return Sent::no_longer;
    if (output_bytes() > settings_.output_bytes_max) return Sent::full;
    ByteWriter& encoded = encode_buffer();
    encoded.truncate(0);
    encode(message, wire_->encoding(), encoded);
    if (encoded.size() > wire_->peer_message_bytes_max()) return Sent::too_long;
    wire_->frame_message(encoded.span(), output_);
    if (encoded.size() > kept_bytes_max) encoded = ByteWriter();
    if (output_bytes() > settings_.output_bytes_high) is_over_high_ = true;
    post_flush();
    return Sent::yes;
}

void Link::post_flush() {
    if (is_in_burst_ || is_waiting_writable_ || std::exchange(is_flush_posted_, true)) return;
    boost::asio::post(strand_, [self = self()] {
        self->is_flush_posted_ = false;
        if (self->phase_ == Phase::ended) return;
        self->write_some();
        self->tell_writable();
    });
}

void Link::flush() {
    if (phase_ == Phase::ended) return;
    write_some();
    // The owner is not told from within its own call.
    if (is_over_high_ && output_bytes() == 0) post_flush();
}

void Link::write_some() {
    if (is_waiting_writable_) return;
    while (output_bytes() > 0 && !write_error_) {
        const iovec rest{output_.data() + sent_, output_bytes()};
        const IoResult written = stream_->write({&rest, 1});
        if (written.state == IoResult::State::would_block) {
            is_waiting_writable_ = true;
            drop_sent();
            return stream_->wait_writable(shared_from_this());
        }
        if (written.state != IoResult::State::done) {
            // What the router said last may still be there to be read.
            constexpr std::chrono::milliseconds last_words_timeout{200};
            write_error_ = written.ec;
            arm_timer(last_words_timeout);
            break;
        }
        sent_ += written.count;
        written_ += written.count;
    }
    on_all_written();
}

void Link::drop_sent() {
    constexpr std::size_t worth_moving = 64U << 10U;
    if (sent_ < worth_moving || sent_ < output_.size() / 2) return;
    const std::size_t left = output_bytes();
    std::memmove(output_.data(), output_.data() + sent_, left);
    output_.truncate(left);
    sent_ = 0;
}

void Link::on_all_written() {
    if (output_.size() > kept_bytes_max) {
        output_ = ByteWriter();
    } else {
        output_.truncate(0);
    }
    sent_ = 0;
    // RawSocket has no close frame: the end of our octets says it.
    if (phase_ == Phase::closing && !settings_.url.is_websocket()) stream_->shutdown_send();
}

void Link::on_writable(const boost::system::error_code& ec) {
    is_waiting_writable_ = false;
    if (phase_ == Phase::ended) return;
    if (ec) return lose(lost_error(ec.message()));
    write_some();
    tell_writable();
}

void Link::tell_writable() {
    if (!is_over_high_ || output_bytes() > settings_.output_bytes_high / 2) return;
    is_over_high_ = false;
    const auto owner = owner_.lock();
    if (owner && phase_ == Phase::open) owner->on_writable();
}

// --- time ---

void Link::arm_timer(std::chrono::milliseconds delay) {
    timer_.expires_after(delay);
    timer_.async_wait([self = self()](const boost::system::error_code& ec) {
        if (!ec && self->phase_ != Phase::ended && is_due(self->timer_)) self->on_timer();
    });
}

void Link::on_timer() {
    if (write_error_) return lose(lost_error(write_error_.message()));
    switch (phase_) {
        case Phase::opening:
            return lose(lost_error("the router did not answer the handshake in time"));
        case Phase::open:
            return check_keep_alive();
        case Phase::closing:
            return lose(Error(uris::closed, {"the router did not answer the close in time"}));
        case Phase::ended:
            return;
    }
}

std::uint64_t Link::octets_taken() {
    return written_ - std::min<std::uint64_t>(written_, stream_->unacknowledged_bytes());
}

void Link::check_keep_alive() {
    if (owner_.expired()) return destroy();
    // While we do not read, its silence says nothing.
    const bool has_life = std::exchange(has_received_, false) || is_paused_;
    if (has_life) {
        has_ping_out_ = false;
        return arm_timer(settings_.ping_interval);
    }
    if (has_ping_out_) {
        // Octets that the router takes are life, too: the ping stands behind them.
        const std::uint64_t taken = octets_taken();
        if (taken <= std::exchange(taken_mark_, taken)) {
            return lose(lost_error("the router did not answer a ping within " +
                                   std::to_string(settings_.ping_timeout.count()) + " ms"));
        }
        return arm_timer(settings_.ping_timeout);
    }
    const std::size_t before = output_.size();
    constexpr std::array<std::uint8_t, 4> payload{'p', 'i', 'n', 'g'};
    wire_->ping(payload, output_);
    has_ping_out_ = true;
    taken_mark_ = octets_taken() + (output_.size() - before);
    flush();
    arm_timer(settings_.ping_timeout);
}

// --- ending ---

void Link::close(std::uint16_t code, std::string_view reason) {
    if (phase_ == Phase::closing || phase_ == Phase::ended) return;
    wire_->close(code, reason, output_);
    phase_ = Phase::closing;
    arm_timer(settings_.close_timeout);
    is_paused_ = false;
    if (!is_in_burst_) wait_readable();
    if (output_bytes() > 0 || !settings_.url.is_websocket()) post_flush();
}

void Link::destroy() {
    if (std::exchange(phase_, Phase::ended) == Phase::ended) return;
    timer_.cancel();
    owner_.reset();
    // What is queued has its chance: an answer to a close frame mostly fits the socket.
    if (output_bytes() > 0 && !is_waiting_writable_ && !write_error_) {
        const iovec rest{output_.data() + sent_, output_bytes()};
        static_cast<void>(stream_->write({&rest, 1}));
    }
    output_ = ByteWriter();
    sent_ = 0;
    stream_->close(false);
}

Error Link::lost_error(const std::string& why) const {
    const std::string url = settings_.url.to_text();
    return Error(uris::not_connected,
                 {phase_ == Phase::opening ? "cannot connect to " + url + ": " + why
                                           : "the connection to " + url + " was lost: " + why});
}

Error Link::broken_error(const std::string& why) const {
    return Error(uris::broken_router,
                 {"the router at " + settings_.url.to_text() + " broke the protocol: " + why});
}

void Link::lose(Error error) {
    const auto owner = owner_.lock();
    destroy();
    if (owner) owner->on_lost(std::move(error));
}

}  // namespace kreisel::client
