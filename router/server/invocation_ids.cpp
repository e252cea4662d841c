#include "router/server/invocation_ids.hpp"

namespace kreisel {

std::optional<RequestId> InvocationIds::to_peer(RequestId id) const {
    std::uint64_t refused = folded_;
    for (const Gap& gap : gaps_) {
        if (id.value < gap.first) break;
        if (id.value < gap.first + gap.count) return std::nullopt;
        refused += gap.count;
    }
    return RequestId{id.value - refused};
}

RequestId InvocationIds::to_realm(RequestId id) const {
    std::uint64_t value = id.value + folded_;
    for (const Gap& gap : gaps_) {
        if (value < gap.first) break;
        value += gap.count;
    }
    return RequestId{value};
}

void InvocationIds::note_refused(RequestId id) {
    if (id.value <= last_sent_) return;
    if (!gaps_.empty()) {
        Gap& last = gaps_.back();
        if (id.value < last.first + last.count) return;
        if (id.value == last.first + last.count) {
            ++last.count;
            return;
        }
    }
    gaps_.push_back({id.value, 1});
}

void InvocationIds::fold_below(RequestId id) {
    auto kept = gaps_.begin();
    while (kept != gaps_.end() && kept->first + kept->count <= id.value) {
        folded_ += kept->count;
        ++kept;
    }
    gaps_.erase(gaps_.begin(), kept);
}

}  // namespace kreisel
