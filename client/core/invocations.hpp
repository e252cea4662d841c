#pragma once
// Invocations: the calls that this callee works on, from INVOCATION to its last YIELD or ERROR.
//
// Each is answered once. An answer to one that is over (its connection went, the time is up) is
// thrown away. Part of the SessionCore.

#include "client/core/effects.hpp"
#include "common/base/clock.hpp"
#include "common/base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace kreisel::client {

/// What a YIELD or ERROR of a callee may carry.
struct Answer {
    Payload payload;
    /// Options of a YIELD (`progress` is set by `is_last`), details of an ERROR.
    Dict options;
    bool is_last = true;
};

class Invocations {
  public:
    explicit Invocations(std::size_t count_max) : count_max_(count_max) {}

    /// Of a new connection. All that were under way are interrupted and over.
    void begin_connection(Effects& effects);
    [[nodiscard]] std::uint64_t connection() const { return connection_; }

    /// A new invocation, or one more part of a progressive one. An error is the router's fault.
    [[nodiscard]] kreisel::Result<void> on_invocation(Invocation message, Procedure* procedure,
                                                      TimePoint now, Effects& effects);
    /// The caller has given up, or the router has. One that is over is none of ours any more.
    void on_interrupt(const Interrupt& message, Effects& effects);

    /// Part of the result or its end.
    void yield(const InvocationKey& key, Answer answer, Effects& effects);
    /// The end, in a bad way.
    void fail(const InvocationKey& key, std::string_view uri, Answer answer, Effects& effects);
    /// True until the last answer went out or nobody waits for one.
    [[nodiscard]] bool is_under_way(const InvocationKey& key) const;

    /// Drops all that are under way; nobody is told.
    void drop();

    [[nodiscard]] std::size_t size() const { return running_.size(); }
    [[nodiscard]] std::optional<TimePoint> next_deadline() const;
    /// Answers those whose time is up with wamp.error.timeout, and interrupts them.
    void on_time(TimePoint now, Effects& effects);

  private:
    struct Running {
        /// Kept by who works on the call: if all of them drop it, nobody answers any more, and it
        /// says so itself.
        std::weak_ptr<InvocationSink> sink;
        /// More parts of the arguments may come.
        bool is_open = false;
        bool is_interrupted = false;
        std::optional<TimePoint> deadline;
    };

    Running take(RequestId request);
    static void interrupt(const Running& running, CancelMode mode, Effects& effects);

    std::size_t count_max_;
    std::uint64_t connection_ = 0;
    std::unordered_map<RequestId, Running> running_;
    /// Answered while parts of their arguments were still on the way; these are passed over.
    std::unordered_set<RequestId> early_;
    std::multimap<TimePoint, RequestId> deadlines_;
};

}  // namespace kreisel::client
