#pragma once
// Calls: the table of pending calls, from CALL to its one final answer.
//
// A record is found from both ends: by the caller's CALL.Request and by the callee's
// INVOCATION.Request, each in a map of the session. Whoever answers a call takes its record out, so
// that there is no second answer. The second half of the dealer, whose first half is Registrations.
// Owned by the Dealer; serial step.

#include "router/core/sessions.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kreisel {

struct PendingCall {
    PeerRef caller;
    RequestId call;
    PeerRef callee;
    RequestId invocation;
    bool is_interrupted = false;  ///< the callee was sent INTERRUPT, the caller waits on
};

class Calls {
  public:
    explicit Calls(const Sessions& sessions) : sessions_(sessions) {}

    /// Notes a call under the next invocation id of `callee`. `request` must not be pending.
    const PendingCall& add(Session& caller, RequestId request, Session& callee);
    /// The pending call, or nullptr; valid until the next add or take.
    [[nodiscard]] PendingCall* find_call(const Session& caller, RequestId request);
    [[nodiscard]] PendingCall* find_invocation(const Session& callee, RequestId invocation);
    /// Takes a pending call out of the table, to be answered or dropped.
    PendingCall take(const PendingCall& pending);
    /// Forgets all calls; the sessions are forgotten with them.
    void clear();

    [[nodiscard]] std::size_t size() const { return records_.size() - free_.size(); }

  private:
    const Sessions& sessions_;
    std::vector<PendingCall> records_;
    std::vector<std::uint32_t> free_;
};

}  // namespace kreisel
