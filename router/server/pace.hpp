#pragma once
// Pace: how fast a connection may send, in messages and in bytes a second.
//
// A second's worth may come at once. Beyond it a message puts the connection in debt: it is left
// unread until the debt is paid, so that nothing is lost and TCP slows its peer down. A CALL that
// comes in debt is refused instead: its caller is told at once and may look for somebody else.
// Refusals have an account of the same size of their own: they use up nothing that would have been
// allowed, and who goes on calling is read twice as fast as it may send, no faster. Confined to the
// connection's shard.

#include "common/base/clock.hpp"

#include <algorithm>
#include <cstdint>

namespace kreisel {

/// Something of which so much may come in a second.
class Rate {
  public:
    /// `count` more have come. `per_second_max` 0: no limit.
    void take(std::uint64_t count, std::uint64_t per_second_max, TimePoint now) {
        if (per_second_max == 0 || count == 0) return;
        constexpr Duration second = std::chrono::seconds{1};
        if (paid_until_ < now - second) paid_until_ = now - second;
        paid_until_ +=
            second * static_cast<Duration::rep>(count) / static_cast<Duration::rep>(per_second_max);
    }
    /// How long until nothing is owed any more; zero mostly.
    [[nodiscard]] Duration debt(TimePoint now) const {
        return paid_until_ <= now ? Duration::zero() : paid_until_ - now;
    }

  private:
    /// Up to when all so far uses up the allowance; a second behind `now` at most.
    TimePoint paid_until_{};
};

class Pace {
  public:
    struct Limits {
        std::uint32_t messages = 0;  ///< a second; 0: no limit
        std::uint64_t bytes = 0;
        [[nodiscard]] bool any() const { return messages > 0 || bytes > 0; }
    };

    /// A message that was taken, or one that was refused.
    void take(std::uint64_t bytes, const Limits& limits, TimePoint now) {
        taken_.take(bytes, limits, now);
    }
    void refuse(std::uint64_t bytes, const Limits& limits, TimePoint now) {
        refused_.take(bytes, limits, now);
    }
    /// More was taken than is allowed: which of the limits it was.
    [[nodiscard]] bool is_over_messages(TimePoint now) const {
        return taken_.messages.debt(now) > Duration::zero();
    }
    [[nodiscard]] bool is_over_bytes(TimePoint now) const {
        return taken_.bytes.debt(now) > Duration::zero();
    }
    /// How long not to read from now on.
    [[nodiscard]] Duration pause(TimePoint now) const {
        return std::max(taken_.debt(now), refused_.debt(now));
    }

  private:
    struct Account {
        Rate messages;
        Rate bytes;
        void take(std::uint64_t size, const Limits& limits, TimePoint now) {
            messages.take(1, limits.messages, now);
            bytes.take(size, limits.bytes, now);
        }
        [[nodiscard]] Duration debt(TimePoint now) const {
            return std::max(messages.debt(now), bytes.debt(now));
        }
    };
    Account taken_;
    Account refused_;
};

}  // namespace kreisel
