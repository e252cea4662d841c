#pragma once
// Calls: the table of pending calls, from CALL to its one final answer.
//
// A record is found from both ends: by the caller's CALL.Request and by the callee's
// INVOCATION.Request, each in a map of the session. Whoever answers a call takes its record out, so
// that there is no second answer. The second half of the dealer, whose first half is Registrations.
// Owned by the Dealer; serial step.

#include "router/core/deadline_heap.hpp"
#include "router/core/sessions.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace kreisel {

/// What a call keeps of its CALL when the INVOCATION may not be the last it is needed for: the
/// caller sends more, the call waits for a callee, or it may have to go to another one.
struct CallMemory {
    Uri procedure;
    Dict options;
    Dict details;  ///< of the INVOCATION, without `progress`
    /// The first one; given up as soon as the call is bound to its callee.
    Payload payload;
    /// Further payloads of a progressive invocation that waits.
    std::vector<Payload> more;
    /// Numbers of the members that answered wamp.error.unavailable.
    std::vector<std::uint64_t> tried;
};

struct PendingCall {
    PeerRef caller;
    RequestId call;
    PeerRef callee;        ///< while the call waits for one: nobody
    RequestId invocation;  ///< 0: the call waits
    RegistrationId registration;
    std::uint64_t member = 0;   ///< the callee's number in the registration
    std::uint64_t waiting = 0;  ///< turn in Registration::waiting
    std::unique_ptr<CallMemory> memory;
    Duration timeout{};           ///< started again by each progressive result; 0: none
    Duration grace{};             ///< on top of it: the callee keeps the time itself
    bool is_interrupted = false;  ///< the callee was sent INTERRUPT, the caller waits on
    bool is_open = false;         ///< the caller sends further payloads
    bool takes_progress = false;  ///< the callee was asked for progressive results
    bool is_bound = false;        ///< something passed that no other callee could go on from
    bool is_counted = false;      ///< counts in Member::running
    Disclose disclose = Disclose::on_request;

    [[nodiscard]] bool is_waiting() const { return !invocation; }
};

class Calls {
  public:
    explicit Calls(const Sessions& sessions) : sessions_(sessions) {}

    /// Notes a call that has no callee yet. `request` must not be pending.
    PendingCall& add(Session& caller, RequestId request);
    /// Gives the call the next invocation id of `callee`.
    void assign(PendingCall& pending, Session& callee);
    /// Takes its callee away again: it waits.
    void unassign(PendingCall& pending);
    /// The pending call, or nullptr; valid until the next add or take.
    [[nodiscard]] PendingCall* find_call(const Session& caller, RequestId request);
    [[nodiscard]] PendingCall* find_invocation(const Session& callee, RequestId invocation);
    /// Takes a pending call out of the table, to be answered or dropped.
    PendingCall take(PendingCall& pending);
    /// Forgets all calls; the sessions are forgotten with them.
    void clear();

    [[nodiscard]] std::uint32_t place_of(const PendingCall& pending) const {
        return static_cast<std::uint32_t>(&pending - records_.data());
    }
    [[nodiscard]] PendingCall& at(std::uint32_t place) { return records_[place]; }

    /// The call is due at `when`, instead of at what was set before.
    void set_deadline(const PendingCall& pending, TimePoint when) {
        deadlines_.set(place_of(pending), when);
    }
    [[nodiscard]] std::optional<TimePoint> next_deadline() const { return deadlines_.next(); }
    /// A call that is due, or nullptr.
    [[nodiscard]] PendingCall* find_due(TimePoint now);

    [[nodiscard]] std::size_t size() const { return records_.size() - free_.size(); }

  private:
    const Sessions& sessions_;
    std::vector<PendingCall> records_;
    std::vector<std::uint32_t> free_;
    DeadlineHeap deadlines_;
};

}  // namespace kreisel
