// Knows that threads exist: shards ask here side by side.
#include "router/server/login_guard.hpp"

namespace kreisel {

void LoginGuard::set_config(const ThrottleConfig& config) {
    const std::lock_guard lock(mutex_);
    throttle_.set_config(config);
}

Duration LoginGuard::wait_of(const std::string& address, TimePoint now) {
    if (address.empty()) return Duration::zero();
    const std::lock_guard lock(mutex_);
    return throttle_.wait_of(address, now);
}

void LoginGuard::on_failure(const std::string& address, TimePoint now) {
    if (address.empty()) return;
    const std::lock_guard lock(mutex_);
    throttle_.on_failure(address, now);
}

}  // namespace kreisel
