// The model's procedures of the router: sessions killed, memberships revoked, testaments.

#include "common/codec/codec.hpp"
#include "common/wamp/errors.hpp"
#include "tests/sim/model.hpp"

#include <algorithm>

namespace kreisel::sim {

namespace {

constexpr std::string_view kill_prefix = "wamp.session.kill";

}  // namespace

void Model::call_router(Actor actor, const Call& request, Expectations& expected) {
    const Arguments given = read_payload(request.payload);
    const Uri& procedure = request.procedure;
    std::string_view error;
    if (procedure.starts_with(kill_prefix)) {
        error = kill(actor, procedure.substr(kill_prefix.size()), given, expected);
    } else if (procedure == "wamp.registration.remove_callee") {
        error = remove_callee_for(given, expected);
    } else if (procedure == "wamp.subscription.remove_subscriber") {
        error = remove_subscriber_for(given, expected);
    } else if (procedure == "wamp.session.add_testament") {
        error = add_testament(actor, given);
    } else if (procedure == "wamp.session.flush_testaments") {
        auto& session = sessions_.at(actor);
        (given.kwargs.find_text("scope") == "detached" ? session.detached : session.destroyed)
            .clear();
    } else {
        error = uris::no_such_procedure;
    }
    if (!error.empty()) {
        expected.push_back(make_error(actor, MessageType::call, request.request, error));
        return;
    }
    note("procedure of the router");
    expected.push_back(make(actor, ResultMessage{request.request, {}, {}}));
    expected.back().has_free_payload = true;
}

std::string_view Model::kill(Actor actor, std::string_view by, const Arguments& given,
                             Expectations& expected) {
    const auto is_meant = [&](const ModelSession& session) {
        if (by == "_all") return true;
        if (by == "_by_authid") return Value(session.authid) == given.args.at(0);
        if (by == "_by_authrole") return Value(session.role) == given.args.at(0);
        return session.id.value == given.args.at(0).to_uint();
    };
    std::vector<Actor> victims;
    for (const auto& [other, session] : sessions_) {
        if (other != actor && session.is_joined && is_meant(session)) victims.push_back(other);
    }
    const Uri reason(given.kwargs.find_text("reason").value_or(uris::close_killed));
    if (!is_well_formed(reason, MatchPolicy::exact, false)) return uris::invalid_uri;
    if (by.empty() && victims.empty()) return uris::no_such_session;
    note(by == "_all" ? "all killed" : "killed");
    const auto will = by == "_all" ? Will::unread : Will::read;
    put_out(victims, Goodbye{{}, reason}, will, expected);
    return {};
}

// All of them are out before what they held is taken apart: none hears of another's end.
void Model::put_out(const std::vector<Actor>& victims, const Goodbye& goodbye, Will will,
                    Expectations& expected) {
    for (const Actor victim : victims) {
        sessions_.at(victim).is_joined = false;
        expected.push_back(make(victim, goodbye));
        expected.back().is_close = true;
    }
    for (const Actor victim : victims) {
        if (will == Will::read) publish_testaments(victim, expected);
        take_apart(victim, expected);
    }
    serve_waiting(expected);
}

std::string_view Model::remove_callee_for(const Arguments& given, Expectations& expected) {
    const RegistrationId id{*given.args.at(0).to_uint()};
    if (find_registration(id) == nullptr) return uris::no_such_registration;
    const auto callee = find_joined(given.args.at(1).to_uint());
    if (!callee) return uris::no_such_session;
    const auto& members = find_registration(id)->members;
    if (std::none_of(members.begin(), members.end(),
                     [&](const auto& member) { return member.callee == *callee; })) {
        return uris::no_such_registration;
    }
    note("callee removed");
    remove_callee(*callee, id);
    if (sessions_.at(*callee).roles.has(Role::callee, Feature::registration_revocation)) {
        Dict details{{"registration", id}};
        if (const auto reason = given.kwargs.find_text("reason")) details.set("reason", *reason);
        expected.push_back(make(*callee, Unregistered{{}, details}));
    }
    return {};
}

std::string_view Model::remove_subscriber_for(const Arguments& given, Expectations& expected) {
    const SubscriptionId id{*given.args.at(0).to_uint()};
    const auto subscription =
        std::find_if(subscriptions_.begin(), subscriptions_.end(),
                     [id](const ModelSubscription& candidate) { return candidate.id == id; });
    if (subscription == subscriptions_.end()) return uris::no_such_subscription;
    const auto subscriber = find_joined(given.args.at(1).to_uint());
    if (!subscriber) return uris::no_such_session;
    const auto& all = subscription->subscribers;
    if (std::find(all.begin(), all.end(), *subscriber) == all.end()) {
        return uris::no_such_subscription;
    }
    note("subscriber removed");
    remove_subscriber(*subscriber, id);
    if (sessions_.at(*subscriber).roles.has(Role::subscriber, Feature::subscription_revocation)) {
        Dict details{{"subscription", id}};
        if (const auto reason = given.kwargs.find_text("reason")) details.set("reason", *reason);
        expected.push_back(make(*subscriber, Unsubscribed{{}, details}));
    }
    return {};
}

std::optional<Actor> Model::find_joined(std::optional<std::uint64_t> id) const {
    for (const auto& [actor, session] : sessions_) {
        if (session.is_joined && session.id.value == id) return actor;
    }
    return std::nullopt;
}

std::string_view Model::add_testament(Actor actor, const Arguments& given) {
    ModelSession& session = sessions_.at(actor);
    const auto scope = given.kwargs.find_text("scope").value_or("destroyed");
    if (scope != "destroyed" && scope != "detached") return uris::invalid_argument;
    Publish will;
    will.topic = *given.args.at(0).get_if<std::string>();
    if (const Dict* options = given.kwargs.find_dict("publish_options")) will.options = *options;
    will.options.erase("acknowledge");  // nobody is left to be told
    will.payload = make_payload(*given.args.at(1).get_if<List>());
    if (!is_well_formed(will.topic, MatchPolicy::exact, false) || is_protocol_uri(will.topic)) {
        return uris::invalid_uri;
    }
    const Judgement judgement = judge(rules(session), Action::publish, will.topic);
    if (!judgement.is_allowed) return uris::not_authorized;
    if (judgement.disclose == Disclose::never && will.options.is_true("disclose_me")) {
        return uris::disclose_me_disallowed;
    }
    if (session.detached.size() + session.destroyed.size() >= limits_.testaments_per_session) {
        return uris::limit_exceeded;
    }
    (scope == "detached" ? session.detached : session.destroyed).push_back(std::move(will));
    return {};
}

void Model::publish_testaments(Actor actor, Expectations& expected) {
    ModelSession& session = sessions_.at(actor);
    for (auto* wills : {&session.detached, &session.destroyed}) {
        for (const Publish& will : std::exchange(*wills, {})) {
            // The rules are those of the end.
            if (!judge(rules(session), Action::publish, will.topic).is_allowed) {
                note("testament not allowed any more");
                continue;
            }
            note("testament");
            publish(actor, will, expected);
        }
    }
}

}  // namespace kreisel::sim
