#pragma once
// LoginGuard: the one LoginThrottle of the router, for all shards.
//
// Knows that threads exist: one mutex, taken twice a log-in at most and never while calling out
// (ADR 19). Any thread.

#include "router/access/login_throttle.hpp"

#include <mutex>
#include <string>

namespace kreisel {

class LoginGuard {
  public:
    void set_config(const ThrottleConfig& config);
    /// How long the address (a key of address_key()) has to wait; zero: it may try.
    [[nodiscard]] Duration wait_of(const std::string& address, TimePoint now);
    void on_failure(const std::string& address, TimePoint now);

  private:
    std::mutex mutex_;
    LoginThrottle throttle_;
};

}  // namespace kreisel
