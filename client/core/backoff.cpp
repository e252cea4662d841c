#include "client/core/backoff.hpp"

#include <algorithm>
#include <cmath>

namespace kreisel::client {

std::optional<Milliseconds> Backoff::next(Random& random) {
    if (attempts_ >= settings_.attempts_max) return std::nullopt;
    const double longest = static_cast<double>(settings_.longest.count());
    const double factor = std::max(1.0, settings_.factor);
    // Beyond some hundred attempts the power overflows to infinity, which min() takes, too.
    const double full = std::min(longest, static_cast<double>(settings_.first.count()) *
                                              std::pow(factor, static_cast<double>(attempts_)));
    ++attempts_;
    constexpr double resolution = 1U << 20U;
    const double share = static_cast<double>(random.below(1U << 20U)) / resolution;
    const double wait = full * (1.0 - std::clamp(settings_.jitter, 0.0, 1.0) * share);
    return Milliseconds{std::llround(std::max(1.0, wait))};
}

}  // namespace kreisel::client
