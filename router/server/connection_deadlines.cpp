// The deadlines of a connection: log-in, keep-alive, pace, silence, and what waits for its peer.
#include "common/wamp/errors.hpp"
#include "router/server/connection.hpp"
#include "router/server/realm_host.hpp"
#include "router/server/router.hpp"

#include <algorithm>
#include <array>

namespace kreisel {

namespace {

/// How long a peer may take to answer when somebody waits to know that it is there.
constexpr Duration probe_timeout = std::chrono::seconds{2};
constexpr std::array<std::uint8_t, 4> ping_payload = {'k', 'r', 's', 'l'};

}  // namespace

void Connection::on_joined() {
    if (std::exchange(has_login_slot_, false)) shard_.router().logins().leave();
    phase_deadline_ = TimePoint{};
    last_message_ = shard_.now();
    choose_pace();
    arm_deadline();
}

void Connection::arm_expiry(TimePoint when) {
    expiry_deadline_ = when;
    arm_deadline();
}

bool Connection::pings() const {
    // Autobahn|Python's asyncio RawSocket breaks on a PING; there the kernel's keep-alive stands
    // in.
    return settings_->listener.keep_alive.ping_interval > Duration::zero() &&
           wire_->framing() != Framing::rawsocket;
}

TimePoint Connection::next_deadline() const {
    TimePoint next = TimePoint::max();
    const auto consider = [&next](TimePoint when) {
        if (when != TimePoint{} && when < next) next = when;
    };
    consider(phase_deadline_);
    consider(pace_release_);
    if (calls_waiting_since_ != TimePoint{}) consider(calls_deadline());
    if (idle_timeout_ > Duration::zero() && session_.is_joined()) {
        consider(last_message_ + idle_timeout_);
    }
    consider(probe_deadline_);
    consider(expiry_deadline_);
    if (over_soft_since_ != TimePoint{}) {
        consider(over_soft_since_ + settings_->listener.limits.pause_max);
    }
    const KeepAlive& keep_alive = settings_->listener.keep_alive;
    if (phase_ == Phase::open && pings()) {
        consider(has_ping_out_ ? ping_sent_ + keep_alive.ping_timeout
                               : last_received_ + keep_alive.ping_interval);
    }
    return next;
}

void Connection::arm_deadline() {
    const TimePoint next = next_deadline();
    if (next != TimePoint::max()) shard_.arm(*this, next);
}

void Connection::on_deadline() {
    const TimePoint now = shard_.now();
    const bool is_phase_due = phase_deadline_ != TimePoint{} && phase_deadline_ <= now;
    if (is_phase_due && (phase_ == Phase::finishing || phase_ == Phase::lingering)) {
        return drop(phase_ == Phase::finishing);
    }
    if (is_phase_due && is_awaiting_goodbye_) {
        phase_deadline_ = TimePoint{};
        return finish(close_code::normal, "");
    }
    if (is_phase_due) {
        phase_deadline_ = TimePoint{};
        session_.on_login_timeout();
        if (phase_ == Phase::dropped) return;
    }
    if (over_soft_since_ != TimePoint{} &&
        over_soft_since_ + settings_->listener.limits.pause_max <= now) {
        close_slow_consumer(Limit::pause_max, "time that publishers wait for it");
    }
    if (calls_waiting_since_ != TimePoint{} && calls_deadline() <= now) {
        close_slow_consumer(Limit::pause_max, "time that calls wait for it");
    }
    if (pace_release_ != TimePoint{} && pace_release_ <= now) {
        pace_release_ = TimePoint{};
        on_released();
    }
    if (probe_deadline_ != TimePoint{} && probe_deadline_ <= now) {
        session_.leave(SessionEnd::unresponsive,
                       "no answer to a ping; its user is back and wants its procedures");
        return drop(true);
    }
    if (phase_ == Phase::open) check_idle();
    if (expiry_deadline_ != TimePoint{} && expiry_deadline_ <= now) {
        expiry_deadline_ = TimePoint{};
        session_.watch_expiry();
    }
    if (phase_ == Phase::open) check_keep_alive();
    if (phase_ != Phase::dropped) arm_deadline();
}

TimePoint Connection::calls_deadline() const {
    if (stalled_since_ == TimePoint{}) return TimePoint::max();
    return std::max(stalled_since_, calls_waiting_since_) + stalled_calls_max;
}

void Connection::check_idle() {
    if (idle_timeout_ == Duration::zero() || !session_.is_joined()) return;
    // While we do not read it, its silence says nothing.
    if (holds_ > 0 || is_waiting_for_realm_) last_message_ = shard_.now();
    if (last_message_ + idle_timeout_ > shard_.now()) return;
    shard_.metrics().reached(Limit::idle_timeout);
    session_.say_goodbye(uris::close_killed, "idle for too long", SessionEnd::idle);
}

std::uint64_t Connection::bytes_taken() {
    // The system of a unix socket counts more than the bytes.
    return bytes_written_ -
           std::min<std::uint64_t>(bytes_written_, stream_->unacknowledged_bytes());
}

void Connection::check_keep_alive() {
    const KeepAlive& keep_alive = settings_->listener.keep_alive;
    if (!pings()) return;
    const TimePoint now = shard_.now();
    // While we do not read it, its silence says nothing.
    if (holds_ > 0 || is_waiting_for_realm_) last_received_ = now;
    if (has_ping_out_ && ping_sent_ + keep_alive.ping_timeout <= now) {
        // Bytes that leave the system's buffer are life, too: the ping stands behind them.
        const std::uint64_t taken = bytes_taken();
        if (taken > std::exchange(bytes_taken_mark_, taken)) {
            ping_sent_ = now;
            return;
        }
        session_.leave(SessionEnd::unresponsive, "no answer to a ping");
        return drop(true);
    }
    if (has_ping_out_ || last_received_ + keep_alive.ping_interval > now) return;
    const std::size_t size = send_ping();
    has_ping_out_ = true;
    ping_sent_ = now;
    bytes_taken_mark_ = bytes_taken() + size;
}

std::size_t Connection::send_ping() {
    ByteWriter ping;
    wire_->ping(ping_payload, ping);
    outbox_.push_control(ping.span());
    mark_dirty();
    return ping.size();
}

void Connection::probe() {
    if (phase_ != Phase::open || is_awaiting_goodbye_ || probe_deadline_ != TimePoint{}) return;
    // Not every RawSocket client survives a PING, see ADR 9: it is taken to be there.
    if (wire_->framing() == Framing::rawsocket) return confirm_alive();
    send_ping();
    probe_deadline_ = shard_.now() + probe_timeout;
    arm_deadline();
}

void Connection::confirm_alive() {
    if (session_.is_joined()) session_.host()->confirm_alive(self());
}

}  // namespace kreisel
