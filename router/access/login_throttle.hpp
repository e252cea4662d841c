#pragma once
// LoginThrottle: how many failed log-ins an address may have before it has to wait. Each failure
// fills its bucket by one; a full one refuses until enough has drained, `failures` in each
// `window`.
//
// Addresses are keys that say who is counted together; an empty one is not counted. Pure and not
// thread safe: LoginGuard (router/server) locks it. Bounded: with `addresses_max`
// addresses in it, the one that would be forgotten soonest makes room.

#include "common/base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace kreisel {

struct ThrottleConfig {
    /// 0: no throttle.
    std::uint32_t failures = 20;
    Duration window = std::chrono::minutes{1};
    std::uint32_t addresses_max = 10'000;

    bool operator==(const ThrottleConfig&) const = default;
};

class LoginThrottle {
  public:
    void set_config(const ThrottleConfig& config) { config_ = config; }

    /// How long `address` has to wait before it may try again; zero: it may.
    [[nodiscard]] Duration wait_of(const std::string& address, TimePoint now) const;
    void on_failure(const std::string& address, TimePoint now);
    [[nodiscard]] std::size_t size() const { return emptied_.size(); }

  private:
    void make_room(TimePoint now);
    [[nodiscard]] Duration per_failure() const;

    ThrottleConfig config_;
    /// When the bucket of each address will have drained.
    std::unordered_map<std::string, TimePoint> emptied_;
};

}  // namespace kreisel
