// The side of Connection that faces the realm: what is queued for the peer, and what happens when
// the peer does not read fast enough.
#include "common/base/check.hpp"
#include "common/codec/codec.hpp"
#include "common/wamp/errors.hpp"
#include "router/server/connection.hpp"
#include "router/server/realm_host.hpp"
#include "router/server/router.hpp"

#include <algorithm>

namespace kreisel {

namespace {

constexpr std::size_t rawsocket_header_bytes = 4;
/// Runs of refused invocations between invocations that are not finished: 64 KiB.
constexpr std::size_t gaps_max = 4'096;

/// The call's answer in place of one that the caller cannot take.
Message make_too_large(RequestId request) {
    return ErrorMessage{MessageType::call,
                        request,
                        {},
                        std::string(uris::payload_size_exceeded),
                        make_payload({"the answer is longer than this connection takes"})};
}

/// WELCOME for a peer that takes short messages only: it may try what it does not read of.
Welcome without_features(Welcome welcome) {
    welcome.details.set("roles", Value(Dict{{"broker", Value(Dict{})}, {"dealer", Value(Dict{})}}));
    return welcome;
}

}  // namespace

void Connection::deliver(const ParcelPtr& parcel, Delivery::Kind kind, Connection* publisher) {
    if (phase_ != Phase::open || is_awaiting_goodbye_) return;
    if (kind == Delivery::Kind::event) {
        if (make_room(parcel, kind, publisher)) push_frame(*parcel);
        return;
    }
    const Message& message = parcel->message();
    if (const auto* invocation = std::get_if<Invocation>(&message)) {
        return deliver_invocation(parcel, *invocation);
    }
    if (const auto* interrupt = std::get_if<Interrupt>(&message)) {
        return deliver_interrupt(parcel, *interrupt);
    }
    if (!make_room(parcel, kind, publisher)) return;
    push_frame(*parcel);
    if (kind != Delivery::Kind::message) session_.on_closed_by_realm(message);
}

void Connection::deliver_invocation(const ParcelPtr& parcel, const Invocation& invocation) {
    InvocationIds& ids = session_.invocation_ids();
    const RequestId id = invocation.request;
    ParcelPtr seen = parcel;
    if (!ids.are_equal()) {
        const auto seen_id = ids.to_peer(id);
        if (!seen_id) return;  // its beginning was refused
        Invocation renamed = invocation;
        renamed.request = *seen_id;
        seen = ParcelPtr::make(std::move(renamed));
    }
    if (!make_room(seen, Delivery::Kind::message, nullptr)) return;
    ids.note_sent(id);
    push_frame(*seen);
    if (calls_waiting_since_ != TimePoint{}) return;
    calls_waiting_since_ = shard_.now();
    if (stalled_since_ != TimePoint{}) arm_deadline();
}

void Connection::deliver_interrupt(const ParcelPtr& parcel, const Interrupt& interrupt) {
    const InvocationIds& ids = session_.invocation_ids();
    const auto seen_id = ids.to_peer(interrupt.request);
    if (!seen_id || !make_room(parcel, Delivery::Kind::message, nullptr)) return;
    if (*seen_id == interrupt.request) return push_frame(*parcel);
    push_frame(*ParcelPtr::make(Interrupt{*seen_id, interrupt.options}));
}

void Connection::refuse_invocation(RequestId seen_id, std::string_view error) {
    InvocationIds& ids = session_.invocation_ids();
    const RequestId id = ids.to_realm(seen_id);
    ids.note_refused(id);
    RealmHost& host = *session_.host();
    host.refuse_invocation(self(), id, error);
    if (ids.gap_count() >= gaps_max) {
        close_slow_consumer(Limit::outbox_hard,
                            "number of invocations refused while old ones wait");
    } else if (ids.gap_count() >= gaps_max / 2) {
        host.ask_oldest_invocation(self());
    }
}

void Connection::send(Message message) {
    if (phase_ != Phase::open) return;
    push_frame(*ParcelPtr::make(std::move(message)));
}

void Connection::push_frame(const Parcel& parcel) {
    shard_.metrics().messages_sent[parcel.message().index()].add();
    last_message_ = shard_.now();
    const Encoding encoding = wire_->encoding();
    if (!wire_->transforms_output()) {
        outbox_.push(parcel.frame(encoding, wire_->framing()));
        return mark_dirty();
    }
    // This connection compresses: its frame is made of the shared message bytes.
    const Frame& shared = parcel.frame(encoding, Framing::rawsocket);
    ByteWriter message(shared.message_size);
    message.put(shared.first.span().subspan(rawsocket_header_bytes));
    for (const auto& piece : shared.more) message.put(piece.span());
    ByteWriter framed;
    wire_->frame_message(message.span(), framed);
    outbox_.push(std::move(framed).take());
    mark_dirty();
}

bool Connection::make_room(const ParcelPtr& parcel, Delivery::Kind kind, Connection* publisher) {
    // The realm has put the session out: its last message always goes.
    if (kind == Delivery::Kind::last_abort || kind == Delivery::Kind::last_goodbye) return true;
    if (wire_->framing() == Framing::rawsocket) {
        const Frame& frame = parcel->frame(wire_->encoding(), Framing::rawsocket);
        // A frame without size is longer than any RawSocket prefix can tell.
        if (frame.size == 0 || frame.message_size > wire_->peer_message_bytes_max()) {
            refuse(*parcel, uris::payload_size_exceeded);
            return false;
        }
    }
    if (outbox_.bytes() <= settings_->listener.limits.outbox_bytes_max &&
        outbox_.pieces() <= outbox_pieces_max) {
        return true;
    }
    if (outbox_.bytes() > settings_->outbox_bytes_hard() || outbox_.pieces() > outbox_pieces_max) {
        close_slow_consumer(Limit::outbox_hard, "hard limit of its outbox");
        return false;
    }
    if (std::holds_alternative<Invocation>(parcel->message())) {
        shard_.metrics().reached(Limit::outbox_bytes_max);
        refuse(*parcel, uris::unavailable);
        return false;
    }
    if (kind != Delivery::Kind::event) return true;
    switch (settings_->listener.limits.slow_consumer) {
        case SlowConsumer::disconnect:
            close_slow_consumer(Limit::outbox_bytes_max, "limit of its outbox");
            return false;
        case SlowConsumer::drop_newest:
            shard_.metrics().events_dropped.add();
            ++events_untold_;
            if (events_dropped_++ == 0) {
                shard_.metrics().reached(Limit::outbox_bytes_max);
                session_.log(LogLevel::warning, "events dropped", "the peer does not read");
            }
            return false;
        case SlowConsumer::block_publisher:
            if (publisher != nullptr) hold_publisher(*publisher);
            return true;
    }
    return true;
}

void Connection::refuse(const Parcel& parcel, std::string_view error) {
    const Message& message = parcel.message();
    if (const auto* invocation = std::get_if<Invocation>(&message)) {
        refuse_invocation(invocation->request, error);
    } else if (const auto* result = std::get_if<ResultMessage>(&message)) {
        push_frame(*ParcelPtr::make(make_too_large(result->request)));
    } else if (const auto* failure = std::get_if<ErrorMessage>(&message)) {
        ErrorMessage bare = *failure;
        bare.payload = {};
        push_frame(*ParcelPtr::make(std::move(bare)));
    } else if (const auto* welcome = std::get_if<Welcome>(&message)) {
        const ParcelPtr shorter = ParcelPtr::make(without_features(*welcome));
        const Frame& frame = shorter->frame(wire_->encoding(), Framing::rawsocket);
        if (frame.message_size <= wire_->peer_message_bytes_max()) return push_frame(*shorter);
        session_.leave(SessionEnd::violation, "WELCOME is longer than the peer takes");
        finish(close_code::too_big, "");
    } else {
        // WAMP a/transport_rawsocket: an event over the receiver's limit may be dropped.
        session_.log(LogLevel::info, "event dropped", "longer than the receiver takes");
    }
}

void Connection::close_slow_consumer(Limit limit, std::string_view what) {
    shard_.metrics().reached(limit);
    session_.leave(SessionEnd::slow_consumer, "slow consumer: over the " + std::string(what));
    // Its queue is the problem, so the close frame does not wait behind it.
    outbox_.drop_unsent();
    calls_waiting_since_ = TimePoint{};
    release_publishers();
    finish(close_code::policy_violation, "slow consumer");
}

void Connection::tell_dropped() {
    const bool has_room = outbox_.bytes() < settings_->listener.limits.outbox_bytes_max / 2;
    if (!has_room || phase_ != Phase::open || !session_.is_joined()) return;
    session_.host()->tell_dropped(self(), std::exchange(events_untold_, 0));
}

// --- block_publisher ---

void Connection::hold_publisher(Connection& publisher) {
    if (over_soft_since_ == TimePoint{}) {
        shard_.metrics().reached(Limit::outbox_bytes_max);
        over_soft_since_ = shard_.now();
        arm_deadline();
    }
    for (const auto& held : held_publishers_) {
        if (held.lock().get() == &publisher) return;
    }
    held_publishers_.push_back(publisher.weak_from_this());
    const auto hold = [connection = publisher.self()] { ++connection->holds_; };
    if (publisher.shard().is_current()) {
        hold();
    } else {
        publisher.shard().post(hold);
    }
}

void Connection::release_publishers() {
    over_soft_since_ = TimePoint{};
    for (const auto& held : held_publishers_) {
        const auto owner = std::static_pointer_cast<Connection>(held.lock());
        if (!owner) continue;
        // Posted, so that it comes behind the hold and outside of this write.
        owner->shard().post([owner] { owner->on_released(); });
    }
    held_publishers_.clear();
}

void Connection::on_released() {
    if (holds_ > 0) --holds_;
    wait_readable();
}

}  // namespace kreisel
