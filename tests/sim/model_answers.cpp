// The model's dealer, third part: calls on their way back, and all their ends.

#include "common/wamp/errors.hpp"
#include "tests/sim/model.hpp"

#include <algorithm>

namespace kreisel::sim {

ModelCall* Model::find_call(Actor caller, RequestId request) {
    const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const ModelCall& call) {
        return call.caller == caller && call.request == request;
    });
    return found == calls_.end() ? nullptr : &*found;
}

ModelCall* Model::find_invocation(Actor callee, RequestId id) {
    const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const ModelCall& call) {
        return call.callee == callee && call.invocation == id;
    });
    return found == calls_.end() ? nullptr : &*found;
}

bool Model::is_issued(Actor callee, RequestId id) const {
    return id.value >= 1 && id.value <= sessions_.at(callee).last_invocation;
}

bool Model::knows_canceling(const ModelCall& call) const {
    if (!call.callee) return false;
    const ModelSession& callee = sessions_.at(*call.callee);
    return callee.is_joined && callee.roles.has(Role::callee, Feature::call_canceling);
}

bool Model::may_move(const ModelCall& call) const {
    return !call.is_bound && !call.is_interrupted &&
           sessions_.at(*call.callee).roles.has(Role::callee, Feature::call_reroute);
}

void Model::erase_call(Actor caller, RequestId request) {
    std::erase_if(calls_, [&](const ModelCall& call) {
        return call.caller == caller && call.request == request;
    });
}

void Model::end_call(const ModelCall& call, std::string_view error, Expectations& expected) {
    if (sessions_.at(call.caller).is_joined) {
        expected.push_back(make_error(call.caller, MessageType::call, call.request, error));
    }
    erase_call(call.caller, call.request);
}

void Model::interrupt(ModelCall& call, std::string_view mode, Expectations& expected) {
    if (call.is_interrupted || !knows_canceling(call)) return;
    call.is_interrupted = true;
    expected.push_back(make(*call.callee, Interrupt{call.invocation, Dict{{"mode", mode}}}));
}

void Model::yield(Actor actor, const Yield& answer, Expectations& expected) {
    if (!is_issued(actor, answer.request)) return violate(actor, expected);
    ModelCall* call = find_invocation(actor, answer.request);
    if (call == nullptr) return;
    const bool is_progress = answer.options.is_true("progress");
    if (is_progress && !call->takes_progress) return note("progress nobody asked for");
    ResultMessage result{call->request, {}, answer.payload};
    if (is_progress) result.details.set("progress", true);
    expected.push_back(make(call->caller, std::move(result)));
    if (!is_progress) return erase_call(call->caller, call->request);
    note(call->is_interrupted ? "progress after INTERRUPT" : "progress");
    call->is_bound = true;
    if (call->timeout > Duration{}) call->deadline = now_ + call->timeout + call->grace;
}

void Model::error(Actor actor, const ErrorMessage& answer, Expectations& expected) {
    if (!is_issued(actor, answer.request)) return violate(actor, expected);
    ModelCall* call = find_invocation(actor, answer.request);
    if (call == nullptr) return;
    if (answer.error == uris::unavailable && may_move(*call)) return reroute(*call, expected);
    // The gate repairs what no caller could read.
    const Uri uri = is_well_formed(answer.error, MatchPolicy::exact, false)
                        ? answer.error
                        : Uri(uris::runtime_error);
    expected.push_back(make(call->caller, ErrorMessage{MessageType::call, call->request,
                                                       answer.details, uri, answer.payload}));
    expected.back().is_forwarded = true;
    erase_call(call->caller, call->request);
}

void Model::reroute(ModelCall& call, Expectations& expected) {
    call.tried.push_back(call.member);
    ModelRegistration* registration = find_registration(call.registration);
    std::vector<ModelRegistration::Member> others;
    if (registration != nullptr) others = other_choices(*registration, call.tried);
    if (others.empty()) return end_call(call, uris::no_available_callee, expected);
    note("rerouted");
    call.callee.reset();
    call.invocation = {};
    call.member = 0;
    invoke(call, *registration, others, expected);
}

void Model::refuse_invocation(Actor callee, RequestId invocation, std::string_view error,
                              Expectations& expected) {
    ModelCall* call = find_invocation(callee, invocation);
    if (call == nullptr) return;
    if (error == uris::unavailable && may_move(*call)) {
        reroute(*call, expected);
    } else {
        // Who has the beginning is told that nothing follows.
        if (call->is_bound) interrupt(*call, "killnowait", expected);
        end_call(*call, error, expected);
    }
    serve_waiting(expected);
}

void Model::drop_calls(Actor actor, Expectations& expected) {
    const auto calls = calls_;
    for (const ModelCall& dropped : calls) {
        ModelCall* call = find_call(dropped.caller, dropped.request);
        if (call->caller == actor) {
            interrupt(*call, "killnowait", expected);
            erase_call(call->caller, call->request);
        } else if (call->callee == actor) {
            end_call(*call, uris::canceled, expected);
        }
    }
}

void Model::pass_time(TimePoint now, Expectations& expected) {
    now_ = now;
    const auto calls = calls_;
    for (const ModelCall& due : calls) {
        if (!due.deadline || *due.deadline > now) continue;
        ModelCall* call = find_call(due.caller, due.request);
        note(call->is_waiting ? "timeout while waiting" : "timeout");
        interrupt(*call, "killnowait", expected);
        end_call(*call, uris::timeout, expected);
    }
    serve_waiting(expected);
}

std::optional<TimePoint> Model::next_deadline() const {
    std::optional<TimePoint> next;
    for (const ModelCall& call : calls_) {
        if (call.deadline && (!next || *call.deadline < *next)) next = call.deadline;
    }
    return next;
}

}  // namespace kreisel::sim
