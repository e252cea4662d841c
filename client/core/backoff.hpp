#pragma once
// Backoff: how long to wait before the next attempt; longer after each failure, never the same for
// all clients. Pure; part of one session.

#include "client/core/options.hpp"
#include "common/base/random.hpp"

#include <cstdint>
#include <limits>
#include <optional>

namespace kreisel::client {

/// When a lost connection is made anew. Wait number n is `first` * `factor`^n, at most `longest`,
/// and up to `jitter` (0 to 1) of it less, so that a thousand clients do not come back at once.
struct Reconnect {
    /// Whether at all.
    bool is_on = true;
    /// Also the first connection waits for a router that is not there yet, instead of failing.
    bool at_start = false;
    Milliseconds first{200};       ///< the first wait
    double factor = 2.0;           ///< from each wait to the next, 1 or more
    Milliseconds longest{30'000};  ///< no wait is longer
    double jitter = 0.5;           ///< the part of a wait that is left to chance, 0 to 1
    /// Rounds over all URLs after each loss; then the session is over.
    std::uint64_t attempts_max = std::numeric_limits<std::uint64_t>::max();
};

class Backoff {
  public:
    explicit Backoff(Reconnect settings) : settings_(settings) {}

    /// The next wait, or nothing: there were enough attempts.
    [[nodiscard]] std::optional<Milliseconds> next(Random& random);
    /// An attempt succeeded.
    void reset() { attempts_ = 0; }
    [[nodiscard]] std::uint64_t attempts() const { return attempts_; }

  private:
    Reconnect settings_;
    std::uint64_t attempts_ = 0;
};

}  // namespace kreisel::client
