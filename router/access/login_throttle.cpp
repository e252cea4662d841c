#include "router/access/login_throttle.hpp"

#include <algorithm>

namespace kreisel {

Duration LoginThrottle::per_failure() const {
    return config_.window / static_cast<Duration::rep>(config_.failures);
}

Duration LoginThrottle::wait_of(const std::string& address, TimePoint now) const {
    if (config_.failures == 0) return Duration::zero();
    const auto found = emptied_.find(address);
    if (found == emptied_.end()) return Duration::zero();
    // There is room for one more failure when the rest drains within the window.
    return std::max(Duration::zero(), found->second - now + per_failure() - config_.window);
}

void LoginThrottle::on_failure(const std::string& address, TimePoint now) {
    if (config_.failures == 0 || address.empty()) return;
    if (emptied_.size() >= config_.addresses_max && emptied_.count(address) == 0) make_room(now);
    TimePoint& emptied = emptied_[address];
    emptied = std::max(emptied, now) + per_failure();
}

void LoginThrottle::make_room(TimePoint now) {
    std::erase_if(emptied_, [now](const auto& entry) { return entry.second <= now; });
    if (emptied_.size() < config_.addresses_max) return;
    const auto soonest =
        std::min_element(emptied_.begin(), emptied_.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    emptied_.erase(soonest);
}

}  // namespace kreisel
