// What simulated clients say: every message type, with dice for every choice.

#include "common/wamp/errors.hpp"
#include "tests/sim/world.hpp"

#include <algorithm>

namespace kreisel::sim {

namespace {

template <class Item>
std::optional<Item> pick(const std::vector<Item>& items, std::uint32_t die) {
    if (items.empty()) return std::nullopt;
    return items[die % items.size()];
}

constexpr std::array<std::string_view, 6> policies = {"single", "roundrobin", "random",
                                                      "first",  "last",       "nearest"};
constexpr std::array<std::string_view, 5> modes = {"skip", "kill", "killnowait", "gently", ""};

void set_match(Dict& options, MatchPolicy match, std::uint32_t die) {
    if (die % 40 == 0) {
        options.set("match", "sounds-like");
    } else if (match != MatchPolicy::exact || die % 2 == 0) {
        options.set("match", to_text(match));
    }
}

}  // namespace

void World::act(const Operation& operation) {
    const auto actor = choose(operation.dice[0]);
    if (!actor || peer(*actor).is_silent) return;
    auto message = make_message(peer(*actor), operation);
    if (!message) return;
    // Of a violation the client expects nothing but the end.
    if (operation.kind != Kind::violate) peer(*actor).client.on_sent(*message);
    say(*actor, std::move(*message));
    // Three of four go straight on, the fourth waits on the line.
    const bool is_urgent = operation.kind == Kind::violate;
    if (is_urgent || operation.dice[4] % 4 != 0) pump(*actor, SIZE_MAX);
    if (operation.dice[4] % 8 < 5) deliver(*actor, SIZE_MAX);
}

void World::say(Actor actor, Message message) {
    Peer& speaker = peer(actor);
    coverage_.count_sent(message);
    const MessageType type = type_of(message);
    if (type == MessageType::goodbye || type == MessageType::abort) {
        coverage_.count("close", type == MessageType::goodbye ? "client goodbye" : "client abort");
        speaker.is_silent = true;
    }
    speaker.inbound.push_back(std::move(message));
}

std::optional<Message> World::make_message(Peer& peer, const Operation& operation) {
    const auto& dice = operation.dice;
    switch (operation.kind) {
        case Kind::goodbye:
            return Goodbye{{}, Uri(uris::close_normal)};
        case Kind::abort:
            return Abort{{}, "com.error.client", {}};
        case Kind::subscribe: {
            PatternChoice pattern = pattern_of(dice[1]);
            Subscribe message{take_request(peer), {}, pattern.uri};
            set_match(message.options, pattern.match, dice[2]);
            if (dice[3] % 3 == 0) message.options.set("get_retained", true);
            return message;
        }
        case Kind::unsubscribe: {
            // One of five is a guess: another's, or nobody's.
            auto id = pick(peer.client.subscriptions(), dice[1]);
            if (dice[2] % 5 == 0) id = SubscriptionId{dice[1] % 30 + 1};
            if (!id) return std::nullopt;
            return Unsubscribe{take_request(peer), *id};
        }
        case Kind::publish:
            return make_publish(peer, operation);
        case Kind::call:
            return make_call(peer, operation);
        case Kind::carry_on:
            return make_part(peer, operation);
        case Kind::cancel: {
            const auto id = pick(peer.client.calls(), dice[1]);
            if (!id) return std::nullopt;
            Cancel message{*id, {}};
            const auto mode = modes[dice[2] % modes.size()];
            if (!mode.empty()) message.options.set("mode", mode);
            return message;
        }
        case Kind::register_:
            return make_register(peer, operation);
        case Kind::unregister: {
            auto id = pick(peer.client.registrations(), dice[1]);
            if (dice[2] % 5 == 0) id = RegistrationId{dice[1] % 30 + 1};
            if (!id) return std::nullopt;
            return Unregister{take_request(peer), *id};
        }
        case Kind::yield:
        case Kind::progress:
        case Kind::error:
            return make_answer(peer, operation);
        case Kind::stray_answer:
            if (peer.client.answered().empty() && dice[4] % 8 != 0) return std::nullopt;
            return make_stray_answer(peer, operation);
        case Kind::kill:
            return make_kill(peer, operation);
        case Kind::revoke:
            return make_revocation(peer, operation);
        case Kind::testament:
            return make_testament(peer, operation);
        default:
            return make_violation(peer, operation);
    }
}

Message World::make_publish(Peer& peer, const Operation& operation) {
    const auto& dice = operation.dice;
    Publish message{take_request(peer), {}, uri_of(dice[1]), make_payload(take_stamp(peer))};
    Dict& options = message.options;
    if (dice[2] % 2 == 0) options.set("acknowledge", true);
    if (dice[2] % 3 == 0) options.set("exclude_me", dice[2] % 9 == 0);
    if (dice[2] % 5 == 0) options.set("disclose_me", true);
    if (dice[4] / 8 % 5 == 0) options.set("retain", true);
    if (dice[4] / 8 % 40 == 0) message.payload = {};
    if (dice[3] % 3 != 0) return message;
    // Lists of some who are here, in one of six keys; two keys now and then, and empty lists.
    const auto add_list = [&](std::uint32_t die) {
        List ids;
        List authids;
        List roles;
        const std::uint32_t length = die % 4;
        for (std::uint32_t i = 0; i < length; ++i) {
            const auto& named = peers_[(die / 7 + i * 3) % peers_.size()];
            const bool is_float = (die + i) % 5 == 0;  // As autobahn-js sends them.
            ids.push_back(is_float ? Value(static_cast<double>(named->info.id.value))
                                   : Value(named->info.id));
            authids.emplace_back(named->info.authid);
            roles.emplace_back(named->info.authrole);
        }
        const std::string key = (die / 4) % 2 == 0 ? "eligible" : "exclude";
        const std::uint32_t what = (die / 8) % 3;
        if (what == 0) options.set(key, ids);
        if (what == 1) options.set(key + "_authid", authids);
        if (what == 2) options.set(key + "_authrole", roles);
    };
    add_list(dice[3] / 3);
    if (dice[3] % 2 == 0) add_list(dice[3] / 5);
    return message;
}

Message World::make_call(Peer& peer, const Operation& operation) {
    const auto& dice = operation.dice;
    Call message{take_request(peer), {}, uri_of(dice[1]), make_payload(take_stamp(peer))};
    if (dice[2] % 4 == 0) message.options.set("disclose_me", true);
    if (dice[2] % 3 == 0) message.options.set("receive_progress", true);
    const bool may_open =
        peer.info.roles.has(Role::caller, Feature::progressive_call_invocations) ||
        dice[3] % 100 == 0;
    if (may_open && dice[3] % 5 < 2) message.options.set("progress", true);
    if (dice[3] / 5 % 4 == 0) message.options.set("timeout", std::uint64_t{dice[3] / 20});
    if (dice[3] / 5 % 40 == 1) message.options.set("timeout", std::int64_t{-1});
    return message;
}

/// A further part of a call, which may be over by now; now and then with another procedure.
std::optional<Message> World::make_part(Peer& peer, const Operation& operation) {
    const auto& dice = operation.dice;
    const auto opened = pick(peer.client.opened(), dice[1]);
    const bool may_open = peer.info.roles.has(Role::caller, Feature::progressive_call_invocations);
    if (!opened || !may_open) return std::nullopt;
    Call message{opened->request, {}, opened->procedure, make_payload(take_stamp(peer))};
    if (dice[2] % 16 == 0) message.procedure = uri_of(dice[2] / 16);
    if (dice[3] % 3 != 0) message.options.set("progress", true);
    if (dice[3] % 7 == 0) message.options.set("receive_progress", true);
    return message;
}

Message World::make_register(Peer& peer, const Operation& operation) {
    const auto& dice = operation.dice;
    const PatternChoice pattern = pattern_of(dice[1]);
    Register message{take_request(peer), {}, pattern.uri};
    set_match(message.options, pattern.match, dice[2]);
    // A procedure mostly keeps its policy, else nothing would ever be shared.
    auto usual =
        static_cast<std::uint32_t>(pattern.uri.size() + static_cast<unsigned>(pattern.match));
    if (!pattern.uri.empty()) usual += static_cast<unsigned char>(pattern.uri.back());
    const std::uint32_t policy = dice[3] % 8 == 0 ? dice[3] / 8 : usual % 5;
    if (policy % 6 != 0 || dice[3] % 2 == 0) {
        message.options.set("invoke", policies[policy % policies.size()]);
    }
    Dict& options = message.options;
    if (dice[3] % 7 == 0) options.set("disclose_caller", true);
    if (dice[2] % 3 == 0) options.set("forward_timeout", true);
    if (dice[2] % 10 == 0) options.set("force_reregister", true);
    if (mix_.has_concurrency && dice[4] % 4 != 0) {
        const std::uint32_t number = dice[4] / 8;
        options.set("concurrency", std::uint64_t{number % 16 == 0 ? 0 : number % 3 + 1});
    }
    return message;
}

std::optional<Message> World::make_answer(Peer& peer, const Operation& operation) {
    const auto& dice = operation.dice;
    const auto invoked = pick(peer.client.unanswered(), dice[1]);
    if (!invoked) return std::nullopt;
    if (operation.kind == Kind::yield) {
        Yield message{invoked->id, {}, make_payload(invoked->stamp)};
        return message;
    }
    if (operation.kind == Kind::progress) {
        // Progress that nobody asked for must not reach the caller.
        return Yield{invoked->id, Dict{{"progress", true}}, make_payload(invoked->stamp)};
    }
    if (mix_.has_rerouting && dice[3] % 4 != 0) {
        return ErrorMessage{MessageType::invocation, invoked->id, {}, Uri(uris::unavailable), {}};
    }
    const bool is_invalid = dice[2] % 8 == 0;
    return ErrorMessage{MessageType::invocation, invoked->id, Dict{{"x_note", 1}},
                        is_invalid ? "not a uri" : "com.error.own", make_payload(invoked->stamp)};
}

/// Where ids need not be in sequence, or a call may come in parts, a second one with the id of a
/// pending call that takes no more is still a violation.
Message World::make_second_call(Peer& peer) {
    for (const ModelCall& pending : model_.calls()) {
        if (pending.caller != peer.actor || pending.is_open || !peer.inbound.empty()) continue;
        return Call{pending.request, {}, "com.a", make_payload(take_stamp(peer))};
    }
    return Authenticate{"", {}};
}

/// Twice for one invocation, which is passed over, or for one that was never made, which is not.
Message World::make_stray_answer(Peer& peer, const Operation& operation) {
    const auto& dice = operation.dice;
    RequestId id{peer.client.last_invocation() + 100};
    const auto answered = pick(peer.client.answered(), dice[1]);
    if (answered && dice[3] % 8 != 0) id = answered->id;
    const Payload payload = make_payload({0, 0});
    if (dice[2] % 2 == 0) return Yield{id, {}, payload};
    return ErrorMessage{MessageType::invocation, id, {}, "com.error.own", payload};
}

Message World::make_violation(Peer& peer, const Operation& operation) {
    const std::uint32_t die = operation.dice[1];
    const bool may_repeat =
        !has_strict_ids_ ||
        peer.info.roles.has(Role::caller, Feature::progressive_call_invocations);
    switch (die % 8) {
        case 0:
            return Hello{"sim", {}};
        case 1:
            return Event{SubscriptionId{1}, PublicationId{1}, {}, {}};
        case 2:
            return ErrorMessage{MessageType::call, RequestId{1}, {}, "com.error.own", {}};
        case 3:
            return Authenticate{"", {}};
        case 4:
            if (may_repeat) return make_second_call(peer);
            return Subscribe{RequestId{peer.next_request == 1 ? 2U : 1U}, {}, "com.a"};
        case 5:
            if (may_repeat) return make_second_call(peer);
            return Unsubscribe{RequestId{peer.next_request + 1}, SubscriptionId{1}};
        case 6:
            return Invocation{RequestId{1}, RegistrationId{1}, {}, {}};
        default:
            return ResultMessage{RequestId{1}, {}, {}};
    }
}

}  // namespace kreisel::sim
