#include "tests/sim/world.hpp"

#include "common/wamp/errors.hpp"

#include <algorithm>

namespace kreisel::sim {

namespace {

constexpr std::array<std::string_view, 6> verdict_names = {"admitted",  "answered", "dropped",
                                                           "violation", "goodbye",  "ended"};

std::string name_of(Admission::Verdict verdict) {
    return std::string(verdict_names[static_cast<unsigned>(verdict)]);
}

/// What the router tells of itself goes to those who subscribed to everything; the model does not
/// know of it.
bool is_meta_event(const Message& message) {
    const auto* event = std::get_if<Event>(&message);
    if (event == nullptr) return false;
    const auto topic = event->details.find_text("topic");
    return topic && is_reserved_uri(*topic);
}

}  // namespace

void World::run(const Operation& operation) {
    switch (operation.kind) {
        case Kind::join:
            return join(operation);
        case Kind::bad_login:
            return bad_login(operation);
        case Kind::swap_permissions:
            return swap_permissions(operation);
        case Kind::pass_time:
            return pass_time(std::chrono::milliseconds{operation.dice[0] % 300});
        case Kind::refuse_invocation:
            return refuse_invocation(operation);
        case Kind::pump_all:
            return pump_all();
        case Kind::close_all:
            if (operation.dice[0] % 4 != 0) return;
            model_.close_all(expected_);
            realm_->close_all(uris::close_realm, effects_);
            return settle();
        case Kind::drop:
            if (const auto actor = choose(operation.dice[0])) drop(*actor);
            return;
        case Kind::pump:
            if (const auto actor = choose(operation.dice[0])) pump(*actor, operation.dice[1] % 8);
            return;
        case Kind::deliver:
            if (const auto actor = choose(operation.dice[0]))
                deliver(*actor, operation.dice[1] % 12);
            return;
        case Kind::goodbye:
        case Kind::abort:
        case Kind::subscribe:
        case Kind::unsubscribe:
        case Kind::publish:
        case Kind::call:
        case Kind::carry_on:
        case Kind::cancel:
        case Kind::register_:
        case Kind::unregister:
        case Kind::yield:
        case Kind::progress:
        case Kind::error:
        case Kind::stray_answer:
        case Kind::violate:
        case Kind::kill:
        case Kind::revoke:
        case Kind::testament:
            return act(operation);
    }
}

std::optional<Actor> World::choose(std::uint32_t die) const {
    std::vector<Actor> present;
    for (Actor actor = peers_.size(); actor-- > 0;) {
        if (peers_[actor]->state == Peer::State::gone) continue;
        present.push_back(actor);
    }
    if (present.empty()) return std::nullopt;
    return present[die % present.size()];
}

void World::pump(Actor actor, std::size_t count) {
    for (; count > 0 && !peer(actor).inbound.empty(); --count) {
        Message message = std::move(peer(actor).inbound.front());
        peer(actor).inbound.pop_front();
        process(actor, std::move(message));
    }
}

void World::process(Actor actor, Message message) {
    if (peer(actor).state == Peer::State::gone) return;
    if (peer(actor).state == Peer::State::leaving) {
        // WAMP b/sessions: the router waits for GOODBYE and ignores the rest.
        const MessageType type = type_of(message);
        if (type == MessageType::goodbye || type == MessageType::abort) {
            peer(actor).state = Peer::State::gone;
        }
        return;
    }
    auto admitted = pass_gate(actor, std::move(message));
    if (!admitted) return;
    model_.handle(actor, *admitted, expected_);
    realm_->handle(peer(actor).ref, std::move(*admitted), effects_);
    settle();
}

std::optional<Message> World::pass_gate(Actor actor, Message message) {
    if (trace_) tell(std::to_string(actor) + " -> " + to_text(message));
    const bool is_continuation = model_.is_continuation(actor, message);
    const auto wanted = model_.admit(actor, message, expected_);
    Admission admission = peer(actor).ingress->admit(message);
    coverage_.count("verdict", name_of(admission.verdict));
    if (admission.verdict != wanted) {
        throw Fault("the gate says " + name_of(admission.verdict) + ", the model " +
                    name_of(wanted) + ": " + to_text(message));
    }
    if (admission.verdict == Admission::Verdict::admitted) {
        if (admission.answer) message = std::move(*admission.answer);
        const auto* call = std::get_if<Call>(&message);
        if (call != nullptr && call->is_continuation != is_continuation) {
            throw Fault("the gate takes a new call for a part of one, or the reverse");
        }
        return message;
    }
    if (admission.answer.has_value() != !expected_.empty()) {
        throw Fault("the gate answers where it should not, or does not");
    }
    const bool is_end = admission.verdict == Admission::Verdict::violation ||
                        admission.verdict == Admission::Verdict::goodbye ||
                        admission.verdict == Admission::Verdict::ended;
    if (admission.answer) {
        if (!is_as_expected(expected_.front(), actor, *admission.answer)) {
            throw Fault("the gate answers " + to_text(*admission.answer) + " where " +
                        to_text(expected_.front().message) + " is due");
        }
        expected_.clear();
        note_answer(actor, *admission.answer);
        peer(actor).outbound.push_back(ParcelPtr::make(std::move(*admission.answer)));
    }
    if (is_end) {
        if (admission.verdict == Admission::Verdict::violation) coverage_.count("close", "abort");
        leave(actor);
    }
    return std::nullopt;
}

void World::note_answer(Actor to, const Message& answer) {
    coverage_.count_received(answer);
    if (trace_) tell(std::to_string(to) + " <- " + to_text(answer));
}

void World::leave(Actor actor) {
    Peer& leaving = peer(actor);
    leaving.state = Peer::State::gone;
    actors_.erase({leaving.ref.slot, leaving.ref.generation});
    model_.leave(actor, expected_);
    realm_->leave(leaving.ref, effects_);
    settle();
}

void World::drop(Actor actor) {
    coverage_.count("close", "drop");
    tell(std::to_string(actor) + " is gone");
    Peer& dropped = peer(actor);
    // What was on the line when it broke may still arrive.
    if (!dropped.inbound.empty()) pump(actor, dropped.inbound.size() / 2);
    if (dropped.state == Peer::State::joined) leave(actor);
    dropped.state = Peer::State::gone;
    dropped.inbound.clear();
    dropped.outbound.clear();
}

// A message that passed the gate before the swap and reaches the realm after it is judged again.
void World::swap_permissions(const Operation& operation) {
    if (mix_.has_concurrency) return;
    std::vector<std::pair<Actor, Message>> between;
    for (int i = 0; i < 2; ++i) {
        const auto actor = choose(operation.dice[static_cast<unsigned>(i) + 1]);
        if (!actor || peer(*actor).state != Peer::State::joined || peer(*actor).inbound.empty()) {
            continue;
        }
        Message message = std::move(peer(*actor).inbound.front());
        peer(*actor).inbound.pop_front();
        auto admitted = pass_gate(*actor, std::move(message));
        if (admitted) between.emplace_back(*actor, std::move(*admitted));
    }
    swap_access(operation.dice[0] % version_count);
    model_.swap_permissions(version_, expected_);
    realm_->set_permissions(open_realm()->permissions, effects_);
    settle();
    for (auto& [actor, message] : between) {
        if (trace_) tell(std::to_string(actor) + " -> again " + to_text(message));
        model_.handle_again_judged(actor, message, expected_);
        realm_->handle_again_judged(peer(actor).ref, std::move(message), effects_);
        settle();
    }
}

void World::refuse_invocation(const Operation& operation) {
    std::vector<ModelCall> calls;
    for (const ModelCall& call : model_.calls()) {
        if (!call.is_waiting) calls.push_back(call);
    }
    if (calls.empty()) return;
    const ModelCall call = calls[operation.dice[0] % calls.size()];
    const auto error = operation.dice[1] % 2 == 0 ? uris::unavailable : uris::payload_size_exceeded;
    model_.refuse_invocation(*call.callee, call.invocation, error, expected_);
    realm_->refuse_invocation(peer(*call.callee).ref, call.invocation, error, effects_);
    settle();
}

void World::pass_time(Duration time) {
    now_ += time;
    if (trace_) tell("time " + std::to_string(now_.time_since_epoch().count() / 1'000'000) + " ms");
    model_.pass_time(now_, expected_);
    realm_->set_time({now_, WallTime{}});
    realm_->on_time(now_, effects_);
    settle();
}

void World::settle() {
    for (const Effect& effect : effects_.list()) {
        for (const PeerRef& ref : effects_.receivers(effect)) {
            const auto actor = actors_.find({ref.slot, ref.generation});
            if (actor == actors_.end()) {
                throw Fault("a message to nobody: " + to_text(effect.parcel->message()));
            }
            if (is_meta_event(effect.parcel->message())) continue;
            settle_one(effect, actor->second);
        }
    }
    // Every peer of the simulation that has not left is there.
    const std::vector<PeerRef> probes = effects_.probes();
    effects_.clear();
    if (!probes.empty()) {
        for (const PeerRef probed : probes) realm_->confirm_alive(probed, effects_);
        return settle();
    }
    for (const Expected& expected : expected_) {
        throw Fault("missing for " + std::to_string(expected.to) + ": " +
                    to_text(expected.message));
    }
    expected_.clear();
    for (const auto what : model_.take_notes()) coverage_.count("advanced", what);
    compare_counts();
}

void World::settle_one(const Effect& effect, Actor to) {
    const Message& message = effect.parcel->message();
    note_answer(to, message);
    const bool is_close = effect.kind == Effect::Kind::close;
    std::optional<Expected> expected;
    const auto fits = [&](const Expected& e) {
        if (e.is_close != is_close || !is_as_expected(e, to, message)) return false;
        expected = e;
        return true;
    };
    const auto match = std::find_if(expected_.begin(), expected_.end(), [&](const Expected& e) {
        return fits(e) || std::any_of(e.instead.begin(), e.instead.end(), fits);
    });
    if (match == expected_.end()) {
        std::string due;
        for (const Expected& one : expected_) {
            due += "\n    due for " + std::to_string(one.to) + ": " + to_text(one.message);
        }
        throw Fault("unexpected for " + std::to_string(to) + ": " + to_text(message) + due);
    }
    if (effect.is_event != std::holds_alternative<Event>(message)) {
        throw Fault("only events may be marked as events");
    }
    expected_.erase(match);
    if (expected->on_match) expected->on_match(to, message);
    if (const auto* invocation = std::get_if<Invocation>(&message)) {
        coverage_.count("invoked", model_.policy_of(invocation->registration));
    }
    Peer& receiver = peer(to);
    receiver.outbound.push_back(effect.parcel);
    if (!is_close) return;
    const bool is_goodbye = effect.close_kind == CloseKind::goodbye;
    if (is_goodbye != std::holds_alternative<Goodbye>(message)) {
        throw Fault("a close of one kind with the message of the other");
    }
    coverage_.count("close", is_goodbye ? "goodbye" : "abort");
    actors_.erase({receiver.ref.slot, receiver.ref.generation});
    receiver.state = is_goodbye ? Peer::State::leaving : Peer::State::gone;
}

void World::compare_counts() const {
    if (realm_->next_deadline() != model_.next_deadline()) throw Fault("another deadline is due");
    if (realm_->counts() == model_.counts()) return;
    const auto text = [](const RealmCounts& c) {
        return std::to_string(c.sessions) + " sessions, " + std::to_string(c.subscriptions) + "/" +
               std::to_string(c.subscribers) + " subscriptions, " +
               std::to_string(c.registrations) + "/" + std::to_string(c.callees) +
               " registrations, " + std::to_string(c.pending_calls) + "/" +
               std::to_string(c.pending_invocations) + " calls";
    };
    throw Fault("tables: " + text(realm_->counts()) + "; model: " + text(model_.counts()));
}

void World::deliver(Actor actor, std::size_t count) {
    Peer& receiver = peer(actor);
    for (; count > 0 && !receiver.outbound.empty(); --count) {
        const ParcelPtr parcel = std::move(receiver.outbound.front());
        receiver.outbound.pop_front();
        receiver.client.on_received(parcel->message());
        const bool is_goodbye = std::holds_alternative<Goodbye>(parcel->message());
        if (is_goodbye && receiver.state == Peer::State::leaving && !receiver.is_silent) {
            receiver.is_silent = true;
            receiver.inbound.push_back(Goodbye{{}, Uri(uris::goodbye_and_out)});
        }
    }
}

void World::pump_all() {
    for (Actor actor = 0; actor < peers_.size(); ++actor) {
        pump(actor, peer(actor).inbound.size());
    }
    for (Actor actor = 0; actor < peers_.size(); ++actor) {
        deliver(actor, peer(actor).outbound.size());
    }
}

void World::end() {
    pump_all();
    pump_all();  // GOODBYEs that the first round called forth.
    pass_time(std::chrono::hours{1});
    if (realm_->next_deadline()) throw Fault("a call outlives its time");
    for (Actor actor = 0; actor < peers_.size(); ++actor) {
        const Peer& left = peer(actor);
        if (left.state != Peer::State::joined) continue;
        if (left.client.pending_requests() != 0) {
            throw Fault("session " + std::to_string(actor) + " has requests without an answer");
        }
        drop(actor);
        // Its callers must have been told at once.
        for (Actor other = 0; other < peers_.size(); ++other) deliver(other, SIZE_MAX);
    }
    if (realm_->counts() != RealmCounts{}) throw Fault("tables are not empty in the end");
    if (realm_->next_deadline()) throw Fault("a deadline in an empty realm");
}

}  // namespace kreisel::sim
