#pragma once
// PasswordChecker: checks passwords against their hashes on threads of its own, and remembers for
// a short while which were right: a client that reconnects every second costs one check a minute.
//
// Wrong ones are never remembered, so that each guess costs its full price. What is remembered is
// an HMAC with a key of this process; neither password nor hash can be read from it. Knows that
// threads exist: one mutex guards what is remembered and is not held while a password is checked.

#include "common/base/clock.hpp"
#include "router/users/background_pool.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace kreisel {

struct PasswordCheckLimits {
    PoolLimits pool;
    /// How long a right password is remembered; 0: not at all.
    Duration remembered_for = std::chrono::seconds{60};
    /// How many are.
    std::size_t remembered_max = 10'000;
};

class PasswordChecker {
  public:
    using OnChecked = std::function<void(bool is_right)>;

    PasswordChecker(PasswordCheckLimits limits, const Clock& clock);

    /// `on_checked` runs on a thread of the pool, or right here if the answer is remembered. False,
    /// and it never runs: too many wait. Any thread.
    [[nodiscard]] bool check(std::string hash, std::string password, OnChecked on_checked);
    [[nodiscard]] PoolFigures figures() const { return pool_.figures(); }
    /// Drops what waits and ends the threads.
    void stop() { pool_.stop(); }

  private:
    [[nodiscard]] bool is_remembered(const std::string& mark);
    void remember(const std::string& mark);

    const PasswordCheckLimits limits_;
    const Clock& clock_;
    const std::string key_;
    std::mutex mutex_;
    /// Until when a mark counts.
    std::map<std::string, TimePoint> marks_;
    // Last, so that its threads end before what they use.
    BackgroundPool pool_;
};

}  // namespace kreisel
