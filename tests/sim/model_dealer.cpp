// The model's dealer, first part: registrations in a list, and who of their members is next.

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

bool has_member(const ModelRegistration& registration, Actor actor) {
    return std::any_of(registration.members.begin(), registration.members.end(),
                       [actor](const auto& member) { return member.callee == actor; });
}

void add_member(ModelRegistration& registration, ModelRegistration::Member member) {
    member.number = ++registration.last_number;
    registration.members.push_back(member);
}

/// Leaves the one behind whoever had the last turn.
void take_turn(ModelRegistration& registration, std::vector<ModelRegistration::Member>& members) {
    if (members.empty()) return;
    const auto after = std::find_if(members.begin(), members.end(), [&](const auto& member) {
        return member.number > registration.last_invoked;
    });
    const ModelRegistration::Member next = after == members.end() ? members.front() : *after;
    registration.last_invoked = next.number;
    members = {next};
}

}  // namespace

void Model::register_(Actor actor, const Register& request, Expectations& expected) {
    const auto refuse = [&](std::string_view uri) {
        expected.push_back(make_error(actor, MessageType::register_, request.request, uri));
    };
    const Dict& options = request.options;
    const auto match = match_policy_of(options.find_text("match").value_or("exact"));
    const std::string invoke(options.find_text("invoke").value_or("single"));
    if (!match || !is_known_policy(invoke)) return refuse(uris::invalid_argument);
    const Value* concurrency = options.find("concurrency");
    if (concurrency != nullptr && concurrency->to_uint().value_or(0) == 0) {
        return refuse(uris::invalid_argument);
    }
    const ModelSession& session = sessions_.at(actor);
    const PatternChoice pattern{request.procedure, *match};
    std::size_t held = 0;
    ModelRegistration* known = nullptr;
    bool holds_it = false;
    for (ModelRegistration& registration : registrations_) {
        const bool is_mine = has_member(registration, actor);
        held += is_mine ? 1 : 0;
        if (registration.pattern.uri != pattern.uri || registration.pattern.match != *match) {
            continue;
        }
        known = &registration;
        holds_it = is_mine;
    }
    const bool is_shared = known != nullptr && invoke != "single" && known->invoke == invoke;
    const bool takes_over = known != nullptr && options.is_true("force_reregister");
    bool may_take = false;
    if (takes_over) {
        const bool is_kept = std::any_of(
            known->members.begin(), known->members.end(),
            [&](const auto& member) { return sessions_.at(member.callee).role != session.role; });
        // Who could not be added takes nothing: it is as if it had not asked.
        const std::size_t others = held - (holds_it ? 1 : 0);
        may_take = (!is_kept || is_shared) && others < limits_.registrations_per_session;
    }
    if (!may_take) {
        if (known != nullptr && (holds_it || !is_shared)) {
            return refuse(uris::procedure_already_exists);
        }
        if (held >= limits_.registrations_per_session) return refuse(uris::limit_exceeded);
    }
    RegistrationId known_id = known == nullptr ? RegistrationId{} : known->id;
    if (may_take) {
        note("taken over");
        take_over(actor, *known, expected);
        if (find_registration(known_id) == nullptr) known_id = {};
    }
    add_callee(actor, request, invoke, known_id, expected);
}

void Model::add_callee(Actor actor, const Register& request, const std::string& invoke,
                       RegistrationId known_id, Expectations& expected) {
    const Dict& options = request.options;
    const ModelSession& session = sessions_.at(actor);
    const PatternChoice pattern{request.procedure,
                                *match_policy_of(options.find_text("match").value_or("exact"))};
    ModelRegistration::Member member;
    member.callee = actor;
    member.wants_caller =
        options.is_true("disclose_caller") &&
        judge(rules(session), Action::register_, request.procedure).disclose != Disclose::never;
    member.wants_timeout = options.is_true("forward_timeout") &&
                           session.roles.has(Role::callee, Feature::call_timeout);
    member.concurrency = options.find_uint("concurrency").value_or(0);
    Expected answer = make(actor, Registered{request.request, {}});
    // Added at once, so that calls that wait go to it; a new registration gets its id when seen.
    if (known_id) {
        add_member(*find_registration(known_id), member);
        answer.on_match = [known_id](Actor, const Message& actual) {
            if (std::get<Registered>(actual).registration != known_id) {
                throw Fault("members of one registration, two ids");
            }
        };
    } else {
        answer.on_match = [this, pattern, invoke, member](Actor, const Message& actual) {
            bind_registration(pattern, std::get<Registered>(actual).registration);
            registrations_.back().invoke = invoke;
            add_member(registrations_.back(), member);
        };
    }
    expected.push_back(std::move(answer));
}

void Model::take_over(Actor actor, ModelRegistration& taken, Expectations& expected) {
    const RegistrationId id = taken.id;
    const auto members = taken.members;
    for (const auto& member : members) {
        const ModelSession& callee = sessions_.at(member.callee);
        if (callee.role != sessions_.at(actor).role) continue;
        remove_callee(member.callee, id);
        if (!callee.roles.has(Role::callee, Feature::registration_revocation)) continue;
        expected.push_back(
            make(member.callee,
                 Unregistered{{}, Dict{{"registration", id}, {"reason", uris::taken_over}}}));
    }
    serve_waiting(expected);
}

void Model::bind_registration(const PatternChoice& pattern, RegistrationId id) {
    if (!is_valid_id(id.value)) throw Fault("a registration id out of range");
    for (const ModelRegistration& other : registrations_) {
        if (other.id == id) throw Fault("one registration id for two patterns");
    }
    ModelRegistration registration;
    registration.pattern = pattern;
    registration.id = id;
    registrations_.push_back(std::move(registration));
}

std::string Model::policy_of(RegistrationId id) const {
    for (const ModelRegistration& registration : registrations_) {
        if (registration.id == id) return registration.invoke;
    }
    return "none";
}

void Model::unregister(Actor actor, const Unregister& request, Expectations& expected) {
    for (const ModelRegistration& registration : registrations_) {
        if (registration.id != request.registration) continue;
        if (!has_member(registration, actor)) break;
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

ModelRegistration* Model::find_registration(RegistrationId id) {
    const auto found =
        std::find_if(registrations_.begin(), registrations_.end(),
                     [id](const auto& registration) { return registration.id == id; });
    return found == registrations_.end() ? nullptr : &*found;
}

std::uint64_t Model::room_of(const ModelRegistration& registration,
                             const ModelRegistration::Member& member) const {
    if (member.concurrency == 0) return UINT64_MAX;
    std::uint64_t running = 0;
    for (const ModelCall& call : calls_) {
        if (call.is_waiting || call.registration != registration.id) continue;
        running += call.member == member.number ? 1 : 0;
    }
    return running >= member.concurrency ? 0 : member.concurrency - running;
}

std::vector<ModelRegistration::Member> Model::choices(ModelRegistration& registration) {
    std::vector<ModelRegistration::Member> chosen;
    const auto add_if_free = [&](const ModelRegistration::Member& member) {
        if (room_of(registration, member) > 0) chosen.push_back(member);
    };
    // Who waits already comes first.
    for (const ModelCall& call : calls_) {
        if (call.is_waiting && call.registration == registration.id) return {};
    }
    const auto& members = registration.members;
    if (registration.invoke == "random" || registration.invoke == "roundrobin") {
        for (const auto& member : members) add_if_free(member);
    } else {
        add_if_free(registration.invoke == "last" ? members.back() : members.front());
    }
    if (registration.invoke == "roundrobin") take_turn(registration, chosen);
    return chosen;
}

std::vector<ModelRegistration::Member> Model::other_choices(
    ModelRegistration& registration, const std::vector<std::uint64_t>& tried) {
    std::vector<ModelRegistration::Member> chosen;
    for (const auto& member : registration.members) {
        if (std::find(tried.begin(), tried.end(), member.number) != tried.end()) continue;
        if (room_of(registration, member) == 0) continue;
        if (registration.invoke == "first" && member.number < tried.back()) continue;
        if (registration.invoke == "last" && member.number > tried.back()) continue;
        chosen.push_back(member);
    }
    if (chosen.empty() || registration.invoke == "random") return chosen;
    if (registration.invoke == "single") return {};
    if (registration.invoke == "first") return {chosen.front()};
    if (registration.invoke == "last") return {chosen.back()};
    take_turn(registration, chosen);
    return chosen;
}

}  // namespace kreisel::sim
