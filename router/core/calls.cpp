#include "router/core/calls.hpp"

#include "common/base/check.hpp"

namespace kreisel {

const PendingCall& Calls::add(Session& caller, RequestId request, Session& callee) {
    std::uint32_t place = 0;
    if (free_.empty()) {
        place = static_cast<std::uint32_t>(records_.size());
        records_.emplace_back();
    } else {
        place = free_.back();
        free_.pop_back();
    }
    const RequestId invocation{++callee.last_invocation};
    records_[place] = PendingCall{caller.ref, request, callee.ref, invocation, false};
    caller.calls.insert(request.value, place);
    callee.invocations.insert(invocation.value, place);
    return records_[place];
}

PendingCall* Calls::find_call(const Session& caller, RequestId request) {
    const std::uint32_t* place = caller.calls.find(request.value);
    return place == nullptr ? nullptr : &records_[*place];
}

PendingCall* Calls::find_invocation(const Session& callee, RequestId invocation) {
    const std::uint32_t* place = callee.invocations.find(invocation.value);
    return place == nullptr ? nullptr : &records_[*place];
}

PendingCall Calls::take(const PendingCall& pending) {
    const PendingCall taken = pending;
    Session* caller = sessions_.find_with_leaving(taken.caller);
    Session* callee = sessions_.find_with_leaving(taken.callee);
    CHECK(caller != nullptr && callee != nullptr, "both ends of a pending call are in the table");
    const std::uint32_t place = static_cast<std::uint32_t>(&pending - records_.data());
    const bool was_known_to_both =
        caller->calls.erase(taken.call.value) && callee->invocations.erase(taken.invocation.value);
    CHECK(was_known_to_both, "a pending call is known at both ends");
    free_.push_back(place);
    return taken;
}

void Calls::clear() {
    records_.clear();
    free_.clear();
}

}  // namespace kreisel
