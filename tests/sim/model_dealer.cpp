// The model's dealer: registrations in a list, calls in a list.

#include "common/wamp/errors.hpp"
#include "tests/sim/model.hpp"

#include <algorithm>
#include <array>

namespace kreisel::sim {

namespace {

bool is_known_policy(std::string_view invoke) {
    static constexpr std::array<std::string_view, 5> known = {"single", "roundrobin", "random",
                                                              "first", "last"};
    return std::find(known.begin(), known.end(), invoke) != known.end();
}

/// WAMP a/rpc_pattern_based_registration: the literal portions of a wildcard pattern, counted in
/// components from the left: the longer first one wins, then the second...
std::vector<std::size_t> portions_of(std::string_view pattern) {
    std::vector<std::size_t> portions = {0};
    while (true) {
        const auto dot = pattern.find('.');
        if (pattern.substr(0, dot).empty()) {
            portions.push_back(0);
        } else {
            ++portions.back();
        }
        if (dot == std::string_view::npos) return portions;
        pattern = pattern.substr(dot + 1);
    }
}

bool takes_precedence(const PatternChoice& left, const PatternChoice& right) {
    if (left.match != right.match) return left.match < right.match;
    if (left.match == MatchPolicy::wildcard) return portions_of(left.uri) > portions_of(right.uri);
    return left.uri.size() > right.uri.size();
}

}  // namespace

void Model::register_(Actor actor, const Register& request, Expectations& expected) {
    const auto refuse = [&](std::string_view uri) {
        expected.push_back(make_error(actor, MessageType::register_, request.request, uri));
    };
    const auto match = match_policy_of(request.options.find_text("match").value_or("exact"));
    const std::string invoke(request.options.find_text("invoke").value_or("single"));
    if (!match || !is_known_policy(invoke)) return refuse(uris::invalid_argument);
    const PatternChoice pattern{request.procedure, *match};
    std::size_t held = 0;
    RegistrationId known;
    for (const ModelRegistration& registration : registrations_) {
        const bool is_mine =
            std::any_of(registration.members.begin(), registration.members.end(),
                        [actor](const auto& member) { return member.callee == actor; });
        held += is_mine ? 1 : 0;
        if (registration.pattern.uri != pattern.uri || registration.pattern.match != *match) {
            continue;
        }
        if (is_mine || invoke == "single" || registration.invoke != invoke) {
            return refuse(uris::procedure_already_exists);
        }
        known = registration.id;
    }
    if (held >= limits_.registrations_per_session) return refuse(uris::limit_exceeded);
    const bool may_ask =
        judge(rules(sessions_.at(actor)), Action::register_, request.procedure).disclose !=
        Disclose::never;
    const bool wants_caller = may_ask && request.options.is_true("disclose_caller");
    Expected answer = make(actor, Registered{request.request, {}});
    answer.on_match = [this, pattern, invoke, known, wants_caller](Actor to,
                                                                   const Message& actual) {
        const RegistrationId id = std::get<Registered>(actual).registration;
        if (!is_valid_id(id.value)) throw Fault("a registration id out of range");
        if (known && id != known) throw Fault("members of one registration, two ids");
        if (!known) bind_registration(pattern, id);
        for (ModelRegistration& registration : registrations_) {
            if (registration.id != id) continue;
            registration.invoke = invoke;
            registration.members.push_back({to, ++registration.last_number, wants_caller});
        }
    };
    expected.push_back(std::move(answer));
}

void Model::bind_registration(const PatternChoice& pattern, RegistrationId id) {
    for (const ModelRegistration& other : registrations_) {
        if (other.id == id) throw Fault("one registration id for two patterns");
    }
    ModelRegistration registration;
    registration.pattern = pattern;
    registration.id = id;
    registrations_.push_back(std::move(registration));
}

const std::string& Model::policy_of(RegistrationId id) const {
    for (const ModelRegistration& registration : registrations_) {
        if (registration.id == id) return registration.invoke;
    }
    throw Fault("an unknown registration");
}

void Model::unregister(Actor actor, const Unregister& request, Expectations& expected) {
    for (const ModelRegistration& registration : registrations_) {
        if (registration.id != request.registration) continue;
        const bool is_mine =
            std::any_of(registration.members.begin(), registration.members.end(),
                        [actor](const auto& member) { return member.callee == actor; });
        if (!is_mine) break;
        remove_callee(actor, request.registration);
        expected.push_back(make(actor, Unregistered{request.request, {}}));
        return;
    }
    expected.push_back(
        make_error(actor, MessageType::unregister, request.request, uris::no_such_registration));
}

void Model::remove_callee(Actor actor, RegistrationId id) {
    for (ModelRegistration& registration : registrations_) {
        if (registration.id != id) continue;
        std::erase_if(registration.members, [actor](const auto& m) { return m.callee == actor; });
    }
    std::erase_if(registrations_, [](const auto& r) { return r.members.empty(); });
}

ModelRegistration* Model::find_best(std::string_view procedure) {
    ModelRegistration* best = nullptr;
    for (ModelRegistration& registration : registrations_) {
        const PatternChoice& pattern = registration.pattern;
        if (!matches(pattern.uri, pattern.match, procedure)) continue;
        if (is_protocol_uri(procedure) && pattern.match != MatchPolicy::exact) continue;
        if (best == nullptr || takes_precedence(pattern, best->pattern)) best = &registration;
    }
    return best;
}

std::vector<ModelRegistration::Member> Model::choices(const ModelRegistration& registration) {
    const auto& members = registration.members;
    if (registration.invoke == "random") return members;
    if (registration.invoke == "last") return {members.back()};
    if (registration.invoke == "roundrobin") {
        for (const auto& member : members) {
            if (member.number > registration.last_invoked) return {member};
        }
    }
    return {members.front()};
}

void Model::call(Actor actor, const Call& request, Expectations& expected) {
    const ModelSession& caller = sessions_.at(actor);
    std::size_t waiting = 0;
    for (const ModelCall& pending : calls_) {
        if (pending.caller != actor) continue;
        ++waiting;
        if (pending.request == request.request) return violate(actor, expected);
    }
    const auto refuse = [&](std::string_view uri) {
        expected.push_back(make_error(actor, MessageType::call, request.request, uri));
    };
    // The universe has no procedure that the router has.
    if (is_protocol_uri(request.procedure)) return refuse(uris::no_such_procedure);
    const bool is_asked = request.options.is_true("disclose_me");
    const Disclose disclose = judge(rules(caller), Action::call, request.procedure).disclose;
    if (is_asked && disclose == Disclose::never) return refuse(uris::disclose_me_disallowed);
    if (waiting >= limits_.pending_calls_per_session) return refuse(uris::limit_exceeded);
    ModelRegistration* best = find_best(request.procedure);
    if (best == nullptr) return refuse(uris::no_such_procedure);

    const auto members = choices(*best);
    const auto make_invocation = [&](bool is_given) {
        Dict details;
        if (best->pattern.match != MatchPolicy::exact) details.set("procedure", request.procedure);
        if (is_given) {
            details.set("caller", caller.id);
            details.set("caller_authid", caller.authid);
            details.set("caller_authrole", caller.role);
        }
        return Invocation{{}, best->id, details, request.payload};
    };
    const auto is_given = [&](bool wants_caller) {
        if (disclose == Disclose::always) return true;
        return disclose == Disclose::on_request && (is_asked || wants_caller);
    };
    // Which member a random call hits decides what it is told.
    Expected invocation = make(members.front().callee, make_invocation(false));
    for (const auto& member : members) {
        if (members.size() > 1) invocation.candidates.push_back(member.callee);
    }
    const RegistrationId id = best->id;
    const RequestId call_id = request.request;
    const Dict hidden = make_invocation(false).details;
    const Dict given = make_invocation(true).details;
    std::map<Actor, bool> is_told;
    for (const auto& member : members) is_told[member.callee] = is_given(member.wants_caller);
    invocation.on_match = [=, this](Actor to, const Message& actual) {
        const auto& sent = std::get<Invocation>(actual);
        if (sent.details != (is_told.at(to) ? given : hidden)) {
            throw Fault("a caller is disclosed, or not, against the rules");
        }
        bind_call(id, actor, call_id, to, sent.request);
    };
    expected.push_back(std::move(invocation));
}

void Model::bind_call(RegistrationId id, Actor caller, RequestId request, Actor callee,
                      RequestId invocation) {
    ModelSession& session = sessions_.at(callee);
    if (invocation.value != ++session.last_invocation) {
        throw Fault("invocation ids of a callee must be 1, 2, 3...");
    }
    for (ModelRegistration& registration : registrations_) {
        if (registration.id != id) continue;
        for (const auto& member : registration.members) {
            if (member.callee == callee) registration.last_invoked = member.number;
        }
    }
    calls_.push_back({caller, request, callee, invocation, false});
}

void Model::cancel(Actor actor, const Cancel& request, Expectations& expected) {
    const auto pending = std::find_if(calls_.begin(), calls_.end(), [&](const ModelCall& call) {
        return call.caller == actor && call.request == request.request;
    });
    if (pending == calls_.end()) return;
    std::string mode(request.options.find_text("mode").value_or("killnowait"));
    if (mode != "skip" && mode != "kill" && mode != "killnowait") {
        expected.push_back(
            make_error(actor, MessageType::cancel, request.request, uris::invalid_argument));
        return;
    }
    if (!sessions_.at(pending->callee).roles.has(Role::callee, Feature::call_canceling)) {
        mode = "skip";
    }
    if (mode != "skip" && !pending->is_interrupted) {
        expected.push_back(
            make(pending->callee, Interrupt{pending->invocation, Dict{{"mode", mode}}}));
        pending->is_interrupted = true;
    }
    if (mode == "kill") return;
    expected.push_back(make_error(actor, MessageType::call, request.request, uris::canceled));
    calls_.erase(pending);
}

std::vector<ModelCall>::iterator Model::find_invocation(Actor callee, RequestId id) {
    return std::find_if(calls_.begin(), calls_.end(), [&](const ModelCall& call) {
        return call.callee == callee && call.invocation == id;
    });
}

bool Model::is_issued(Actor callee, RequestId id) const {
    return id.value >= 1 && id.value <= sessions_.at(callee).last_invocation;
}

void Model::yield(Actor actor, const Yield& answer, Expectations& expected) {
    if (!is_issued(actor, answer.request)) return violate(actor, expected);
    const auto pending = find_invocation(actor, answer.request);
    if (pending == calls_.end() || answer.options.is_true("progress")) return;
    expected.push_back(make(pending->caller, ResultMessage{pending->request, {}, answer.payload}));
    calls_.erase(pending);
}

void Model::error(Actor actor, const ErrorMessage& answer, Expectations& expected) {
    if (!is_issued(actor, answer.request)) return violate(actor, expected);
    const auto pending = find_invocation(actor, answer.request);
    if (pending == calls_.end()) return;
    // The gate repairs what no caller could read.
    const Uri uri = is_well_formed(answer.error, MatchPolicy::exact, false)
                        ? answer.error
                        : Uri(uris::runtime_error);
    expected.push_back(make(pending->caller, ErrorMessage{MessageType::call, pending->request,
                                                          answer.details, uri, answer.payload}));
    expected.back().is_forwarded = true;
    calls_.erase(pending);
}

void Model::refuse_invocation(Actor callee, RequestId invocation, std::string_view error,
                              Expectations& expected) {
    const auto pending = find_invocation(callee, invocation);
    if (pending == calls_.end()) return;
    expected.push_back(make_error(pending->caller, MessageType::call, pending->request, error));
    calls_.erase(pending);
}

}  // namespace kreisel::sim
