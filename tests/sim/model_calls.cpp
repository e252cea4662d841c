// The model's dealer, second part: calls in a list, on their way to a callee.

#include "common/wamp/errors.hpp"
#include "tests/sim/model.hpp"

#include <algorithm>

namespace kreisel::sim {

namespace {

/// WAMP a/rpc_progressive_call_invocations: who cannot be canceled counts as one that cannot.
bool takes_parts(const ModelSession& callee) {
    return callee.roles.has(Role::callee, Feature::progressive_call_invocations) &&
           callee.roles.has(Role::callee, Feature::call_canceling);
}

}  // namespace

void Model::call(Actor actor, const Call& request, Expectations& expected) {
    const ModelSession& caller = sessions_.at(actor);
    ModelCall* known = find_call(actor, request.request);
    if (request.is_continuation) {
        if (known == nullptr) note("part of a call that is over");
        if (known != nullptr) carry_on(*known, request, expected);
        return;
    }
    if (known != nullptr) return violate(actor, expected);
    if (is_protocol_uri(request.procedure)) return call_router(actor, request, expected);
    const auto refuse = [&](std::string_view uri) {
        expected.push_back(make_error(actor, MessageType::call, request.request, uri));
    };
    ModelCall made;
    made.caller = actor;
    made.request = request.request;
    made.procedure = request.procedure;
    made.is_open = request.options.is_true("progress");
    if (made.is_open && !caller.roles.has(Role::caller, Feature::progressive_call_invocations)) {
        return violate(actor, expected);
    }
    made.is_asked = request.options.is_true("disclose_me");
    made.disclose = judge(rules(caller), Action::call, request.procedure).disclose;
    if (made.is_asked && made.disclose == Disclose::never) {
        return refuse(uris::disclose_me_disallowed);
    }
    const Value* timeout = request.options.find("timeout");
    if (timeout != nullptr && !timeout->to_uint()) return refuse(uris::invalid_argument);
    const auto pending = std::count_if(calls_.begin(), calls_.end(),
                                       [actor](const auto& call) { return call.caller == actor; });
    if (static_cast<std::size_t>(pending) >= limits_.pending_calls_per_session) {
        return refuse(uris::limit_exceeded);
    }
    ModelRegistration* best = find_best(request.procedure);
    if (best == nullptr) return refuse(uris::no_such_procedure);
    made.registration = best->id;
    const auto candidates = choices(*best);
    const auto waiting = std::count_if(calls_.begin(), calls_.end(), [best](const auto& call) {
        return call.is_waiting && call.registration == best->id;
    });
    if (candidates.empty() &&
        static_cast<std::size_t>(waiting) >= limits_.waiting_calls_per_registration) {
        note("no room to wait");
        return refuse(uris::unavailable);
    }
    if (candidates.empty()) note("call waits");
    made.wants_progress = request.options.is_true("receive_progress");
    made.timeout = std::chrono::milliseconds{timeout == nullptr ? 0 : *timeout->to_uint()};
    if (made.timeout > Duration{}) made.deadline = now_ + made.timeout;
    made.parts = {request.payload};
    calls_.push_back(std::move(made));
    if (!candidates.empty()) invoke(calls_.back(), *best, candidates, expected);
}

void Model::carry_on(ModelCall& call, const Call& request, Expectations& expected) {
    if (!call.is_open) return violate(call.caller, expected);
    if (call.procedure != request.procedure) return note("part with another procedure");
    call.is_open = request.options.is_true("progress");
    if (call.is_interrupted) return note("part after INTERRUPT");
    if (call.is_waiting) {
        note("part waits");
        if (call.parts.size() > limits_.waiting_calls_per_registration) {
            return end_call(call, uris::limit_exceeded, expected);
        }
        call.parts.push_back(request.payload);
        return;
    }
    call.is_bound = true;
    Dict details = call.details;
    if (call.is_open) details.set("progress", true);
    Expected part = make(*call.callee, Invocation{{}, call.registration, {}, request.payload});
    part.on_match = [details, id = call.invocation](Actor, const Message& actual) {
        const auto& sent = std::get<Invocation>(actual);
        if (sent.request != id) throw Fault("a part of a call under an id of its own");
        if (sent.details != details) throw Fault("a part of a call has other details");
    };
    expected.push_back(std::move(part));
}

void Model::invoke(ModelCall& call, const ModelRegistration& registration,
                   const std::vector<ModelRegistration::Member>& candidates,
                   Expectations& expected) {
    const bool is_progressive = call.is_open || call.parts.size() > 1;
    std::vector<Actor> able;
    for (const auto& member : candidates) {
        if (is_progressive && !takes_parts(sessions_.at(member.callee))) continue;
        able.push_back(member.callee);
    }
    if (able.empty()) return end_call(call, uris::feature_not_supported, expected);
    const Actor caller = call.caller;
    const RequestId request = call.request;
    call.is_waiting = false;
    if (candidates.size() == 1) call.member = candidates.front().number;
    Expected invocation = make(able.front(), Invocation{{}, registration.id, {}, call.parts[0]});
    if (able.size() > 1) invocation.candidates = able;
    invocation.on_match = [this, caller, request](Actor to, const Message& actual) {
        bind_call(caller, request, to, std::get<Invocation>(actual));
    };
    if (able.size() < candidates.size()) {
        // Who is hit at random may be one that takes no parts.
        Expected refusal =
            make_error(caller, MessageType::call, request, uris::feature_not_supported);
        refusal.on_match = [this, caller, request](Actor, const Message&) {
            erase_call(caller, request);
        };
        invocation.instead.push_back(std::move(refusal));
    }
    expected.push_back(std::move(invocation));
    for (std::size_t i = 1; i < call.parts.size(); ++i) {
        Expected part = make(able.front(), Invocation{{}, registration.id, {}, call.parts[i]});
        if (able.size() > 1) part.candidates = able;
        const bool is_last = i + 1 == call.parts.size() && !call.is_open;
        part.on_match = [this, caller, request, is_last](Actor to, const Message& actual) {
            const auto& sent = std::get<Invocation>(actual);
            const ModelCall* bound = find_call(caller, request);
            if (bound == nullptr || bound->callee != to || bound->invocation != sent.request) {
                throw Fault("a part of a call at another callee or before the first");
            }
            Dict details = bound->details;
            if (!is_last) details.set("progress", true);
            if (sent.details != details) throw Fault("a part that waited has other details");
        };
        expected.push_back(std::move(part));
    }
}

Dict Model::details_of(const ModelCall& call, const ModelRegistration& registration,
                       const ModelRegistration::Member& member) const {
    const ModelSession& caller = sessions_.at(call.caller);
    Dict details;
    if (registration.pattern.match != MatchPolicy::exact) details.set("procedure", call.procedure);
    if (is_disclosed(call.disclose, call.is_asked || member.wants_caller)) {
        details.set("caller", caller.id);
        details.set("caller_authid", caller.authid);
        details.set("caller_authrole", caller.role);
    }
    if (call.wants_progress &&
        sessions_.at(member.callee).roles.has(Role::callee, Feature::progressive_call_results)) {
        details.set("receive_progress", true);
    }
    if (member.wants_timeout && call.timeout > Duration{}) {
        const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(call.timeout);
        details.set("timeout", static_cast<std::uint64_t>(timeout.count()));
    }
    return details;
}

void Model::bind_call(Actor caller, RequestId request, Actor callee, const Invocation& sent) {
    if (sent.request.value != ++sessions_.at(callee).last_invocation) {
        throw Fault("invocation ids of a callee must be 1, 2, 3...");
    }
    ModelCall* call = find_call(caller, request);
    if (call == nullptr) throw Fault("INVOCATION of a call that is over");
    ModelRegistration* registration = find_registration(call->registration);
    if (registration == nullptr) throw Fault("INVOCATION of a registration that is gone");
    const auto member =
        std::find_if(registration->members.begin(), registration->members.end(),
                     [callee](const auto& candidate) { return candidate.callee == callee; });
    if (member == registration->members.end()) throw Fault("INVOCATION to one that is no member");
    call->member = 0;
    if (room_of(*registration, *member) == 0) {
        throw Fault("more invocations at a time than the callee takes");
    }
    call->member = member->number;
    registration->last_invoked = member->number;
    call->callee = callee;
    call->invocation = sent.request;
    call->details = details_of(*call, *registration, *member);
    call->takes_progress = call->details.is_true("receive_progress");
    call->grace = call->details.find("timeout") != nullptr ? std::chrono::seconds{1} : Duration{};
    if (call->grace > Duration{}) call->deadline = now_ + call->timeout + call->grace;
    Dict details = call->details;
    if (call->is_open || call->parts.size() > 1) details.set("progress", true);
    if (call->parts.size() > 1) call->is_bound = true;
    call->parts.resize(1);
    if (sent.details != details) {
        throw Fault("INVOCATION with other details than its caller and callee agreed on");
    }
}

void Model::serve_waiting(Expectations& expected) {
    const auto is_orphan = [this](const ModelCall& call) {
        return call.is_waiting && find_registration(call.registration) == nullptr;
    };
    for (;;) {
        const auto orphan = std::find_if(calls_.begin(), calls_.end(), is_orphan);
        if (orphan == calls_.end()) break;
        note("nobody left to wait for");
        end_call(*orphan, uris::canceled, expected);
    }
    for (ModelRegistration& registration : registrations_) serve_waiting(registration, expected);
}

void Model::serve_waiting(ModelRegistration& registration, Expectations& expected) {
    std::vector<ModelRegistration::Member> candidates;
    std::uint64_t room = 0;
    const auto& members = registration.members;
    for (const auto& member : members) {
        if (registration.invoke == "last" && member.number != members.back().number) continue;
        if (registration.invoke == "first" && member.number != members.front().number) continue;
        const std::uint64_t own = room_of(registration, member);
        if (own == 0) continue;
        candidates.push_back(member);
        room = own > UINT64_MAX - room ? UINT64_MAX : room + own;
    }
    for (std::size_t i = 0; i < calls_.size() && room > 0;) {
        ModelCall& call = calls_[i];
        if (!call.is_waiting || call.registration != registration.id) {
            ++i;
            continue;
        }
        const std::size_t before = calls_.size();
        invoke(call, registration, candidates, expected);
        note("invoked after waiting");
        if (calls_.size() == before) --room;
    }
}

void Model::cancel(Actor actor, const Cancel& request, Expectations& expected) {
    ModelCall* pending = find_call(actor, request.request);
    if (pending == nullptr) return;
    std::string mode(request.options.find_text("mode").value_or("killnowait"));
    if (mode != "skip" && mode != "kill" && mode != "killnowait") {
        expected.push_back(
            make_error(actor, MessageType::cancel, request.request, uris::invalid_argument));
        return;
    }
    if (pending->is_waiting) note("canceled while waiting");
    if (!knows_canceling(*pending)) mode = "skip";
    if (mode != "skip") interrupt(*pending, mode, expected);
    if (mode != "kill") end_call(*pending, uris::canceled, expected);
}

}  // namespace kreisel::sim
