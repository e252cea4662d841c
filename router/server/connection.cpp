#include "router/server/connection.hpp"

#include "common/base/check.hpp"
#include "router/server/address_table.hpp"
#include "router/server/realm_host.hpp"
#include "router/server/router.hpp"

#include <array>

namespace kreisel {

namespace {

/// Full buffers read from one connection before others have their turn.
constexpr int reads_per_turn = 4;

}  // namespace

Connection::Connection(Shard& shard, std::unique_ptr<Stream> stream, std::size_t listener,
                       ConnectionSettingsPtr settings)
    : shard_(shard),
      stream_(std::move(stream)),
      settings_(std::move(settings)),
      listener_(listener),
      session_(*this) {}

Connection::~Connection() = default;

std::shared_ptr<Connection> Connection::self() {
    return std::static_pointer_cast<Connection>(shared_from_this());
}

void Connection::start() {
    last_received_ = shard_.now();
    phase_deadline_ = shard_.now() + settings_->listener.limits.hello_timeout;
    has_login_slot_ = true;
    shard_.router().logins().enter();
    choose_pace();
    count_peer();
    if (phase_ == Phase::dropped) return;
    arm_deadline();
    wait_readable();
}

// --- reading ---

void Connection::wait_readable() {
    if (is_waiting_readable_ || is_waiting_for_realm_ || holds_ > 0) return;
    if (phase_ == Phase::dropped || has_peer_ended_) return;
    is_waiting_readable_ = true;
    stream_->wait_readable(shared_from_this());
}

void Connection::on_readable(const boost::system::error_code& ec) {
    is_waiting_readable_ = false;
    if (phase_ == Phase::dropped) return;
    if (ec) {
        return on_lost(ec);
    }
    if (phase_ == Phase::lingering || phase_ == Phase::finishing) {
        discard_input();
    } else {
        read_burst();
    }
    wait_readable();
}

void Connection::read_burst() {
    refresh_settings();
    for (int reads = 0; reads < reads_per_turn; ++reads) {
        const auto buffer = shard_.read_buffer();
        const IoResult got = stream_->read(buffer);
        switch (got.state) {
            case IoResult::State::would_block:
                return;
            case IoResult::State::ended:
                return on_peer_ended();
            case IoResult::State::failed:
                return on_read_failed(got.ec);
            case IoResult::State::done:
                break;
        }
        last_received_ = shard_.now();
        shard_.metrics().bytes_received.add(got.count);
        if (std::exchange(has_ping_out_, false)) arm_deadline();  // back to the interval
        if (std::exchange(probe_deadline_, TimePoint{}) != TimePoint{}) confirm_alive();
        const bool may_go_on = take(buffer.first(got.count));
        if (!may_go_on || got.count < buffer.size()) return;
    }
}

bool Connection::take(std::span<const std::uint8_t> bytes) {
    if (!wire_ && stream_->proxy() != nullptr) count_peer();
    if (phase_ == Phase::dropped) return false;
    if (!wire_) make_wire(bytes.front());
    WireEvents& events = shard_.wire_events();
    events.clear();
    wire_->feed(bytes, events);
    if (events.has_opened) {
        phase_ = Phase::open;
        wire_->set_message_bytes_max(settings_->listener.limits.hello_bytes_max);
        believe_forwarded();
        session_.on_open();
        // What the upgrade said is in the session details by now.
        if (auto* websocket = dynamic_cast<WebSocketServer*>(wire_.get()))
            websocket->forget_upgrade();
    }
    if (events.output.size() > 0 && !events.end) {
        outbox_.push_control(events.output.span());
        mark_dirty();
        if (outbox_.control_bytes() > settings_->listener.limits.outbox_bytes_max) {
            close_slow_consumer(Limit::outbox_bytes_max, "answers to its pings");
            return false;
        }
    }
    // Behind the answer to the upgrade: it may be one too many of its address.
    if (events.has_opened && !forwarded_peer_.empty()) enter_address(forwarded_peer_);
    if (phase_ == Phase::dropped) return false;
    take_messages(events);
    if (events.end && phase_ != Phase::dropped && phase_ != Phase::lingering)
        on_wire_end(*events.end);
    return phase_ == Phase::open || phase_ == Phase::opening ? !is_waiting_for_realm_ && holds_ == 0
                                                             : false;
}

void Connection::make_wire(std::uint8_t first_octet) {
    const ListenerConfig& listener = settings_->listener;
    const bool is_raw =
        listener.has_rawsocket && (first_octet == rawsocket_magic || !listener.has_websocket);
    if (!is_raw) {
        auto websocket = settings_->websocket;
        if (is_address_full_) {
            auto refusing = std::make_shared<WebSocketServerSettings>(*websocket);
            refusing->is_overloaded = [] { return true; };
            websocket = std::move(refusing);
        }
        wire_ = make_websocket_server(std::move(websocket));
        return;
    }
    RawSocketServerSettings raw = settings_->rawsocket;
    raw.is_full = is_address_full_ || shard_.router().refuses_connection(shard_);
    wire_ = make_rawsocket_server(std::move(raw));
}

void Connection::take_messages(WireEvents& events) {
    for (const WireMessage& message : events.messages) {
        if (phase_ != Phase::open) break;
        session_.on_message(message);
        if (pace_limits_.any()) count_pace(message.bytes.size());
    }
    if (!events.messages.empty()) last_message_ = shard_.now();
    if (pace_limits_.any()) keep_pace();
    events.messages.clear();
    if (phase_ == Phase::open && !session_.end_burst()) is_waiting_for_realm_ = true;
}

bool Connection::is_over_pace() const {
    return pace_limits_.any() &&
           (pace_.is_over_messages(shard_.now()) || pace_.is_over_bytes(shard_.now()));
}

void Connection::count_pace(std::size_t bytes) {
    if (std::exchange(was_call_refused_, false)) {
        count_over_pace();
        return pace_.refuse(bytes, pace_limits_, shard_.now());
    }
    pace_.take(bytes, pace_limits_, shard_.now());
}

void Connection::count_over_pace() {
    shard_.metrics().reached(pace_.is_over_messages(shard_.now()) ? Limit::messages_per_second_max
                                                                  : Limit::bytes_per_second_max);
}

void Connection::keep_pace() {
    const Duration pause = pace_.pause(shard_.now());
    if (pause == Duration::zero() || pace_release_ != TimePoint{}) return;
    count_over_pace();
    pace_release_ = shard_.now() + pause;
    ++holds_;
    arm_deadline();
}

void Connection::choose_pace() {
    const ConnectionLimits& limits = settings_->listener.limits;
    const RoleRates rates = session_.role_rates();
    pace_limits_.messages = rates.messages_per_second_max.value_or(limits.messages_per_second_max);
    pace_limits_.bytes = rates.bytes_per_second_max.value_or(limits.bytes_per_second_max);
    idle_timeout_ = rates.idle_timeout.value_or(limits.idle_timeout);
}

void Connection::on_lost(const boost::system::error_code& ec) {
    const bool is_silent = ec == boost::system::errc::timed_out;
    session_.leave(is_silent ? SessionEnd::unresponsive : SessionEnd::lost, ec.message());
    drop();
}

void Connection::on_burst_taken() {
    is_waiting_for_realm_ = false;
    wait_readable();
}

void Connection::on_wire_end(const WireEnd& end) {
    if (phase_ != Phase::finishing) {  // else we had closed already, and this is the answer
        const bool is_fault = end.cause == WireEnd::Cause::violation;
        if (end.code == close_code::too_big && is_fault) {
            shard_.metrics().reached(session_.is_joined() ? Limit::message_bytes_max
                                                          : Limit::hello_bytes_max);
        }
        session_.leave(is_fault ? SessionEnd::violation : SessionEnd::lost,
                       (is_fault ? "violation of the transport: " : "") + end.reason);
        if (end.cause == WireEnd::Cause::refused) {
            KREISEL_LOG(info, "connection refused", {"peer", peer()}, {"why", end.reason});
        }
        phase_ = Phase::finishing;
        phase_deadline_ = shard_.now() + close_timeout;
        arm_deadline();
    }
    // Behind the answers to what came before it.
    outbox_.push(SharedBytes::copy_of(shard_.wire_events().output.span()));
    mark_dirty();
}

void Connection::on_peer_ended() {
    session_.leave(SessionEnd::lost, "the peer closed the connection");
    if (outbox_.empty()) return drop();
    // It may still read what it asked for before it ended its side.
    phase_ = Phase::finishing;
    phase_deadline_ = shard_.now() + close_timeout;
    arm_deadline();
    mark_dirty();
    has_peer_ended_ = true;
}

void Connection::discard_input() {
    for (int reads = 0; reads < reads_per_turn; ++reads) {
        const auto buffer = shard_.read_buffer();
        const IoResult got = stream_->read(buffer);
        if (got.state == IoResult::State::would_block) return;
        if (got.state != IoResult::State::done) return drop();
    }
}

// --- writing ---

void Connection::mark_dirty() {
    if (is_dirty_ || phase_ == Phase::dropped) return;
    is_dirty_ = true;
    shard_.mark_dirty(*this);
}

void Connection::flush() {
    is_dirty_ = false;
    if (phase_ != Phase::dropped && !is_waiting_writable_) write_some();
    count_outbox();
    if (events_untold_ > 0) tell_dropped();
}

void Connection::count_outbox() {
    Counter& all = shard_.metrics().outbox_bytes;
    const std::size_t bytes = outbox_.bytes();
    if (bytes > outbox_counted_) all.add(bytes - outbox_counted_);
    if (bytes < outbox_counted_) all.take(outbox_counted_ - bytes);
    outbox_counted_ = bytes;
}

void Connection::write_some() {
    constexpr std::size_t buffers_max = 64;
    constexpr std::size_t batch_bytes_max = 256U << 10U;
    std::array<iovec, buffers_max> buffers;
    while (!outbox_.empty()) {
        const std::size_t count = outbox_.gather(buffers, batch_bytes_max);
        const IoResult sent = stream_->write(std::span(buffers).first(count));
        if (sent.state == IoResult::State::would_block) {
            is_waiting_writable_ = true;
            if (stalled_since_ == TimePoint{}) stalled_since_ = shard_.now();
            if (calls_waiting_since_ != TimePoint{}) arm_deadline();
            return stream_->wait_writable(shared_from_this());
        }
        if (sent.state != IoResult::State::done) return on_lost(sent.ec);
        stalled_since_ = TimePoint{};
        outbox_.consume(sent.count);
        bytes_written_ += sent.count;
        shard_.metrics().bytes_sent.add(sent.count);
        ping_sent_ = shard_.now();  // bytes that move are life
    }
    on_all_written();
}

void Connection::on_writable(const boost::system::error_code& ec) {
    is_waiting_writable_ = false;
    if (phase_ == Phase::dropped) return;
    if (ec) {
        return on_lost(ec);
    }
    write_some();
    count_outbox();
    if (events_untold_ > 0) tell_dropped();
    if (over_soft_since_ != TimePoint{} &&
        outbox_.bytes() < settings_->listener.limits.outbox_bytes_max / 2) {
        release_publishers();
    }
}

void Connection::on_all_written() {
    calls_waiting_since_ = TimePoint{};
    if (over_soft_since_ != TimePoint{}) release_publishers();
    if (phase_ != Phase::finishing) return;
    if (stream_->has_unsent()) {
        is_waiting_writable_ = true;
        return stream_->wait_writable(shared_from_this());
    }
    if (has_peer_ended_) return drop();
    linger();
}

void Connection::linger() {
    phase_ = Phase::lingering;
    stream_->shutdown_send();
    phase_deadline_ = shard_.now() + linger_timeout;
    arm_deadline();
    holds_ = 0;
    is_waiting_for_realm_ = false;
    wait_readable();
}

// --- ending ---

void Connection::finish(std::uint16_t code, std::string_view reason) {
    if (phase_ == Phase::finishing || phase_ == Phase::lingering || phase_ == Phase::dropped)
        return;
    ByteWriter close;
    if (wire_) wire_->close(code, reason, close);
    outbox_.push(std::move(close).take());
    phase_ = Phase::finishing;
    phase_deadline_ = shard_.now() + close_timeout;
    arm_deadline();
    mark_dirty();
}

void Connection::finish_for_restart() {
    if (phase_ == Phase::opening) return drop();
    session_.leave(SessionEnd::stopped, "the router is stopping");
    finish(close_code::service_restart, "the router is restarting");
}

void Connection::await_goodbye() {
    is_awaiting_goodbye_ = true;
    phase_deadline_ = shard_.now() + close_timeout;
    arm_deadline();
}

void Connection::drop(bool is_hard) {
    if (phase_ == Phase::dropped) return;
    const auto keep = shared_from_this();
    phase_ = Phase::dropped;
    session_.leave(SessionEnd::lost, "the connection was dropped");
    release_publishers();
    disarm();
    outbox_.clear();
    count_outbox();
    wire_.reset();
    stream_->close(is_hard);
    if (std::exchange(has_login_slot_, false)) shard_.router().logins().leave();
    leave_address();
    shard_.router().connections().leave();
    shard_.remove(*this);
}

void Connection::refresh_settings() {
    const RouterViewPtr& view = shard_.view();
    if (view->settings[listener_] == settings_ && !session_.is_outdated()) return;
    settings_ = view->settings[listener_];
    if (wire_ && phase_ == Phase::open) {
        const ConnectionLimits& limits = settings_->listener.limits;
        wire_->set_message_bytes_max(session_.is_joined() ? limits.message_bytes_max
                                                          : limits.hello_bytes_max);
    }
    session_.refresh();
    choose_pace();
    arm_deadline();  // pings may come sooner now
}

}  // namespace kreisel
