#pragma once
// What realms.yaml says of one topic or pattern whose events are kept. Plain values.

#include "common/base/clock.hpp"
#include "common/wamp/match.hpp"
#include "common/wamp/uri.hpp"

#include <cstdint>

namespace kreisel {

/// When PUBLISHED is sent for a topic whose events go to a store that survives the process.
enum class Durability : std::uint8_t {
    group,   ///< after the batch that holds the event is committed
    relaxed  ///< at once
};

struct HistoryRule {
    Uri uri;
    MatchPolicy match = MatchPolicy::exact;
    std::uint32_t events_max = 1'000;
    std::uint64_t bytes_max = std::uint64_t{16} << 20;
    Duration age_max{0};  ///< 0: any age
    Durability durability = Durability::group;

    bool operator==(const HistoryRule&) const = default;
};

}  // namespace kreisel
