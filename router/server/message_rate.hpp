#pragma once
// MessageRate: how long a connection is to be left unread so that it keeps to a number of messages
// a second. Bursts are taken whole and paid for afterwards. Confined to the connection's shard.

#include "common/base/clock.hpp"

#include <cstdint>

namespace kreisel {

class MessageRate {
  public:
    /// `count` messages have come. Returns how long not to read from now on, zero mostly.
    /// `per_second_max` 0: no limit.
    [[nodiscard]] Duration on_messages(std::size_t count, std::uint32_t per_second_max,
                                       TimePoint now) {
        if (per_second_max == 0 || count == 0) return Duration::zero();
        constexpr Duration second = std::chrono::seconds{1};
        if (paid_until_ < now - second) paid_until_ = now - second;
        paid_until_ += second * static_cast<Duration::rep>(count) / per_second_max;
        return paid_until_ <= now ? Duration::zero() : paid_until_ - now;
    }

  private:
    /// Up to when the messages so far use up the allowance; a second behind `now` at most, so that
    /// a second's worth may come at once.
    TimePoint paid_until_{};
};

}  // namespace kreisel
