#pragma once
// Heirs: REGISTER requests that wait to learn whether the holder of the procedure is a ghost.
//
// A client whose connection broke joins again before the router has noticed, and finds its
// procedures taken by its own former session. So if both have the same authid, the holder is
// probed: when it goes, the request is served; when it answers, or after a while, it is refused.
// Part of the Dealer; serial step.

#include "common/base/clock.hpp"
#include "common/wamp/messages.hpp"
#include "router/core/effects.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace kreisel {

class Heirs {
  public:
    /// How long a request waits at most: longer than a probe.
    static constexpr Duration patience = std::chrono::seconds{5};
    static constexpr std::size_t requests_max = 1'000;

    struct Waiting {
        PeerRef session;
        PeerRef holder;
        RegistrationId registration;  ///< what the holder holds
        Register request;
        TimePoint deadline;
    };

    [[nodiscard]] bool is_full() const { return waiting_.size() >= requests_max; }
    [[nodiscard]] bool empty() const { return waiting_.empty(); }
    void add(Waiting waiting) { waiting_.push_back(std::move(waiting)); }
    /// Takes the requests that wait for `holder` out, in order.
    [[nodiscard]] std::vector<Waiting> take(PeerRef holder);
    /// Takes those out that wait for this registration.
    [[nodiscard]] std::vector<Waiting> take(RegistrationId registration);
    /// Takes those out whose deadline has come.
    [[nodiscard]] std::vector<Waiting> take_due(TimePoint now);
    /// All deadlines are equally far from their beginning: the first is the next.
    [[nodiscard]] std::optional<TimePoint> next_deadline() const {
        if (waiting_.empty()) return std::nullopt;
        return waiting_.front().deadline;
    }
    void clear() { waiting_.clear(); }

  private:
    template <class Wanted>
    [[nodiscard]] std::vector<Waiting> take_if(Wanted wanted);

    std::vector<Waiting> waiting_;  ///< oldest first
};

}  // namespace kreisel
