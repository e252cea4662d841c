#include "router/core/calls.hpp"

#include "common/base/check.hpp"

#include <utility>

namespace kreisel {

PendingCall& Calls::add(Session& caller, RequestId request) {
    std::uint32_t place = 0;
    if (free_.empty()) {
        place = static_cast<std::uint32_t>(records_.size());
        records_.emplace_back();
    } else {
        place = free_.back();
        free_.pop_back();
    }
    PendingCall& added = records_[place];
    added.caller = caller.ref;
    added.call = request;
    caller.calls.insert(request.value, place);
    return added;
}

void Calls::assign(PendingCall& pending, Session& callee) {
    pending.callee = callee.ref;
    pending.invocation = RequestId{++callee.last_invocation};
    callee.invocations.insert(pending.invocation.value, place_of(pending));
}

void Calls::unassign(PendingCall& pending) {
    Session* callee = sessions_.find_with_leaving(pending.callee);
    CHECK(callee != nullptr && callee->invocations.erase(pending.invocation.value),
          "a call is known to its callee");
    pending.callee = {};
    pending.invocation = {};
}

PendingCall* Calls::find_call(const Session& caller, RequestId request) {
    const std::uint32_t* place = caller.calls.find(request.value);
    return place == nullptr ? nullptr : &records_[*place];
}

PendingCall* Calls::find_invocation(const Session& callee, RequestId invocation) {
    const std::uint32_t* place = callee.invocations.find(invocation.value);
    return place == nullptr ? nullptr : &records_[*place];
}

PendingCall Calls::take(PendingCall& pending) {
    const std::uint32_t place = place_of(pending);
    PendingCall taken = std::exchange(pending, PendingCall{});
    Session* caller = sessions_.find_with_leaving(taken.caller);
    CHECK(caller != nullptr && caller->calls.erase(taken.call.value),
          "a pending call is known to its caller");
    if (!taken.is_waiting()) {
        Session* callee = sessions_.find_with_leaving(taken.callee);
        CHECK(callee != nullptr && callee->invocations.erase(taken.invocation.value),
              "a pending call is known to its callee");
    }
    if (taken.timeout > Duration::zero()) deadlines_.erase(place);
    free_.push_back(place);
    return taken;
}

PendingCall* Calls::find_due(TimePoint now) {
    const auto place = deadlines_.due(now);
    return place ? &records_[*place] : nullptr;
}

void Calls::clear() {
    records_.clear();
    free_.clear();
    deadlines_.clear();
}

}  // namespace kreisel
