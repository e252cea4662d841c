#include "router/core/heirs.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kreisel {

template <class Wanted>
std::vector<Heirs::Waiting> Heirs::take_if(Wanted wanted) {
    std::vector<Waiting> taken;
    const auto kept =
        std::stable_partition(waiting_.begin(), waiting_.end(),
                              [&wanted](const Waiting& waiting) { return !wanted(waiting); });
    std::move(kept, waiting_.end(), std::back_inserter(taken));
    waiting_.erase(kept, waiting_.end());
    return taken;
}

std::vector<Heirs::Waiting> Heirs::take(PeerRef holder) {
    return take_if([holder](const Waiting& waiting) { return waiting.holder == holder; });
}

std::vector<Heirs::Waiting> Heirs::take(RegistrationId registration) {
    return take_if(
        [registration](const Waiting& waiting) { return waiting.registration == registration; });
}

std::vector<Heirs::Waiting> Heirs::take_due(TimePoint now) {
    return take_if([now](const Waiting& waiting) { return waiting.deadline <= now; });
}

}  // namespace kreisel
