// The model's gate, joining and leaving, and swaps of permissions.

#include "common/wamp/errors.hpp"
#include "tests/sim/model.hpp"

#include <algorithm>
#include <utility>

namespace kreisel::sim {

using Verdict = Admission::Verdict;

Expected Model::make(Actor to, Message message) {
    Expected expected;
    expected.to = to;
    expected.message = std::move(message);
    return expected;
}

Expected Model::make_error(Actor to, MessageType type, RequestId request, std::string_view uri) {
    return make(to, ErrorMessage{type, request, {}, Uri(uri), {}});
}

void Model::join(Actor actor, ModelSession session) {
    session.is_joined = true;
    sessions_[actor] = std::move(session);
}

namespace {

std::optional<Role> needed_role(MessageType type) {
    switch (static_cast<int>(type)) {
        case 16:
            return Role::publisher;
        case 32:
        case 34:
            return Role::subscriber;
        case 48:
        case 49:
            return Role::caller;
        case 64:
        case 66:
        case 70:
        case 8:
            return Role::callee;
        default:
            return std::nullopt;
    }
}

template <class Type>
std::optional<RequestId> request_if(const Message& message) {
    const auto* typed = std::get_if<Type>(&message);
    return typed == nullptr ? std::nullopt : std::optional(typed->request);
}

/// The id of a message whose ids count.
std::optional<RequestId> counted_id(const Message& message) {
    if (const auto id = request_if<Subscribe>(message)) return id;
    if (const auto id = request_if<Unsubscribe>(message)) return id;
    if (const auto id = request_if<Publish>(message)) return id;
    if (const auto id = request_if<Call>(message)) return id;
    if (const auto id = request_if<Register>(message)) return id;
    return request_if<Unregister>(message);
}

struct Asked {
    RequestId request;
    Action action = Action::publish;
    PatternChoice pattern;
    bool is_match_known = true;
    bool is_reserved_refused = false;
    bool is_answered = true;
};

void read_match(const Dict& options, Asked& asked) {
    const auto match = match_policy_of(options.find_text("match").value_or("exact"));
    asked.is_match_known = match.has_value();
    // Who asks for an unknown policy gets the widest syntax, and an error for the policy.
    asked.pattern.match = match.value_or(MatchPolicy::wildcard);
}

std::optional<Asked> asked_by(const Message& message) {
    Asked asked;
    if (const auto* publish = std::get_if<Publish>(&message)) {
        asked = {publish->request,
                 Action::publish,
                 {publish->topic, MatchPolicy::exact},
                 true,
                 true,
                 publish->options.is_true("acknowledge")};
    } else if (const auto* call = std::get_if<Call>(&message)) {
        if (call->is_continuation) return std::nullopt;
        asked = {call->request, Action::call, {call->procedure, MatchPolicy::exact}};
    } else if (const auto* subscribe = std::get_if<Subscribe>(&message)) {
        asked = {subscribe->request, Action::subscribe, {subscribe->topic, MatchPolicy::exact}};
        read_match(subscribe->options, asked);
    } else if (const auto* enrol = std::get_if<Register>(&message)) {
        asked = {enrol->request, Action::register_, {enrol->procedure, MatchPolicy::exact}};
        asked.is_reserved_refused = true;
        read_match(enrol->options, asked);
    } else {
        return std::nullopt;
    }
    return asked;
}

}  // namespace

bool Model::is_continuation(Actor actor, const Message& message) const {
    const auto* call = std::get_if<Call>(&message);
    const ModelSession& session = sessions_.at(actor);
    return call != nullptr && call->request.value < session.next_request &&
           session.roles.has(Role::caller, Feature::progressive_call_invocations);
}

Verdict Model::admit(Actor actor, const Message& message, Expectations& expected) {
    const auto violation = [&] {
        expected.push_back(make(actor, Abort{{}, Uri(uris::protocol_violation), {}}));
        return Verdict::violation;
    };
    ModelSession& session = sessions_.at(actor);
    const MessageType type = type_of(message);
    if (type == MessageType::goodbye) {
        expected.push_back(make(actor, Goodbye{{}, Uri(uris::goodbye_and_out)}));
        return Verdict::goodbye;
    }
    if (type == MessageType::abort) return Verdict::ended;
    const auto role = needed_role(type);
    if (!role || !session.roles.has(*role)) return violation();
    if (const auto* answer = std::get_if<ErrorMessage>(&message)) {
        if (answer->request_type != MessageType::invocation) return violation();
    }
    if (is_continuation(actor, message)) return Verdict::admitted;
    if (const auto id = counted_id(message)) {
        if (has_strict_ids_ && id->value != session.next_request) return violation();
        ++session.next_request;
    }
    return judge_request(actor, message, expected).value_or(Verdict::admitted);
}

std::optional<Verdict> Model::judge_request(Actor actor, const Message& message,
                                            Expectations& expected) {
    const auto asked = asked_by(message);
    if (!asked) return std::nullopt;
    const auto refuse = [&](std::string_view uri) {
        if (!asked->is_answered) return Verdict::dropped;
        expected.push_back(make_error(actor, type_of(message), asked->request, uri));
        return Verdict::answered;
    };
    if (!is_well_formed(asked->pattern.uri, asked->pattern.match, has_strict_uris_) ||
        (asked->is_reserved_refused && is_protocol_uri(asked->pattern.uri))) {
        return refuse(uris::invalid_uri);
    }
    if (!asked->is_match_known) return std::nullopt;
    if (is_permitted(sessions_.at(actor), asked->action, asked->pattern)) return std::nullopt;
    return refuse(uris::not_authorized);
}

const std::vector<PermissionRule>& Model::rules(const ModelSession& session) const {
    static const std::vector<PermissionRule> no_rules;
    const RoleRules& all = rules_of(version_);
    const auto found = all.find(session.role);
    return found == all.end() ? no_rules : found->second;
}

bool Model::is_permitted(const ModelSession& session, Action action,
                         const PatternChoice& pattern) const {
    if (pattern.match == MatchPolicy::exact) {
        return judge(rules(session), action, pattern.uri).is_allowed;
    }
    return is_pattern_allowed(rules(session), action, pattern);
}

void Model::handle(Actor actor, const Message& message, Expectations& expected) {
    dispatch(actor, message, expected);
    serve_waiting(expected);
}

void Model::dispatch(Actor actor, const Message& message, Expectations& expected) {
    if (const auto* m = std::get_if<Subscribe>(&message)) return subscribe(actor, *m, expected);
    if (const auto* m = std::get_if<Unsubscribe>(&message)) return unsubscribe(actor, *m, expected);
    if (const auto* m = std::get_if<Publish>(&message)) return publish(actor, *m, expected);
    if (const auto* m = std::get_if<Register>(&message)) return register_(actor, *m, expected);
    if (const auto* m = std::get_if<Unregister>(&message)) return unregister(actor, *m, expected);
    if (const auto* m = std::get_if<Call>(&message)) return call(actor, *m, expected);
    if (const auto* m = std::get_if<Cancel>(&message)) return cancel(actor, *m, expected);
    if (const auto* m = std::get_if<Yield>(&message)) return yield(actor, *m, expected);
    if (const auto* m = std::get_if<ErrorMessage>(&message)) return error(actor, *m, expected);
    throw Fault("the gate let pass what no client may send");
}

void Model::handle_again_judged(Actor actor, const Message& message, Expectations& expected) {
    const ModelSession& session = sessions_.at(actor);
    if (!session.is_joined) return;
    const auto asked = asked_by(message);
    if (asked && asked->is_match_known && !is_permitted(session, asked->action, asked->pattern)) {
        if (!asked->is_answered) return;
        expected.push_back(
            make_error(actor, type_of(message), asked->request, uris::not_authorized));
        return;
    }
    handle(actor, message, expected);
}

void Model::violate(Actor actor, Expectations& expected) {
    leave(actor, expected);
    expected.push_back(make(actor, Abort{{}, Uri(uris::protocol_violation), {}}));
    expected.back().is_close = true;
}

void Model::leave(Actor actor, Expectations& expected) {
    ModelSession& session = sessions_.at(actor);
    if (!session.is_joined) return;
    session.is_joined = false;
    publish_testaments(actor, expected);
    take_apart(actor, expected);
    serve_waiting(expected);
}

void Model::take_apart(Actor actor, Expectations& expected) {
    drop_calls(actor, expected);
    for (ModelSubscription& subscription : subscriptions_)
        std::erase(subscription.subscribers, actor);
    std::erase_if(subscriptions_, [](const auto& s) { return s.subscribers.empty(); });
    for (ModelRegistration& registration : registrations_) {
        std::erase_if(registration.members, [actor](const auto& m) { return m.callee == actor; });
    }
    std::erase_if(registrations_, [](const auto& r) { return r.members.empty(); });
}

void Model::swap_permissions(std::uint32_t version, Expectations& expected) {
    version_ = version;
    std::vector<Actor> closing;
    for (const auto& [actor, session] : sessions_) {
        if (!session.is_joined) continue;
        if (rules_of(version).count(session.role) == 0) {
            closing.push_back(actor);
        } else {
            revoke_unpermitted(actor, expected);
        }
    }
    put_out(closing, Goodbye{{}, Uri(uris::close_killed)}, Will::read, expected);
}

void Model::revoke_unpermitted(Actor actor, Expectations& expected) {
    const ModelSession& session = sessions_.at(actor);
    const auto tell = [&](Message message) { expected.push_back(make(actor, std::move(message))); };
    const bool knows_unsubscribed =
        session.roles.has(Role::subscriber, Feature::subscription_revocation);
    const bool knows_unregistered =
        session.roles.has(Role::callee, Feature::registration_revocation);
    std::vector<SubscriptionId> lost;
    for (const ModelSubscription& held : subscriptions_) {
        const auto& all = held.subscribers;
        if (std::find(all.begin(), all.end(), actor) == all.end()) continue;
        if (!is_permitted(session, Action::subscribe, held.pattern)) lost.push_back(held.id);
    }
    for (const SubscriptionId id : lost) {
        remove_subscriber(actor, id);
        if (!knows_unsubscribed) continue;
        tell(Unsubscribed{{}, Dict{{"subscription", id}, {"reason", uris::not_authorized}}});
    }
    std::vector<RegistrationId> gone;
    for (const ModelRegistration& held : registrations_) {
        for (const auto& member : held.members) {
            if (member.callee != actor) continue;
            if (!is_permitted(session, Action::register_, held.pattern)) gone.push_back(held.id);
        }
    }
    for (const RegistrationId id : gone) {
        remove_callee(actor, id);
        if (!knows_unregistered) continue;
        tell(Unregistered{{}, Dict{{"registration", id}, {"reason", uris::not_authorized}}});
    }
}

void Model::close_all(Expectations& expected) {
    for (auto& [actor, session] : sessions_) {
        if (!session.is_joined) continue;
        session.is_joined = false;
        expected.push_back(make(actor, Goodbye{{}, Uri(uris::close_realm)}));
        expected.back().is_close = true;
    }
    subscriptions_.clear();
    registrations_.clear();
    calls_.clear();
}

RealmCounts Model::counts() const {
    RealmCounts counts;
    for (const auto& [actor, session] : sessions_) counts.sessions += session.is_joined ? 1 : 0;
    counts.subscriptions = subscriptions_.size();
    for (const auto& held : subscriptions_) counts.subscribers += held.subscribers.size();
    counts.registrations = registrations_.size();
    for (const auto& held : registrations_) counts.callees += held.members.size();
    counts.pending_calls = calls_.size();
    counts.pending_invocations = calls_.size();
    return counts;
}

}  // namespace kreisel::sim
