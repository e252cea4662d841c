#include "router/server/deadlines.hpp"

#include <algorithm>

namespace kreisel {

void DeadlineEntry::disarm() {
    if (next_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = nullptr;
    next_ = nullptr;
}

// A slot is a ring with the slot itself as its mark.
Deadlines::Slot::Slot() {
    previous_ = this;
    next_ = this;
}

Deadlines::Deadlines(TimePoint now) : slots_(slot_count), time_(now) {}

Deadlines::Slot& Deadlines::slot_at(TimePoint when) {
    // Never this very slot: who is armed for the past again and again must not stop the clock.
    const auto steps = when < time_ + grain ? 1 : static_cast<std::size_t>((when - time_) / grain);
    // What lies beyond the wheel waits in its last slot and moves on from there.
    return slots_[(position_ + std::min(steps, slot_count - 1)) % slot_count];
}

void Deadlines::arm(DeadlineEntry& entry, TimePoint when) {
    entry.disarm();
    entry.deadline_ = when;
    Slot& slot = slot_at(when);
    entry.previous_ = slot.previous_;
    entry.next_ = &slot;
    slot.previous_->next_ = &entry;
    slot.previous_ = &entry;
}

DeadlineEntry* Deadlines::pop_due(TimePoint now) {
    while (now - time_ >= grain) {
        Slot& slot = slots_[position_];
        if (slot.next_ == &slot) {
            time_ += grain;
            position_ = (position_ + 1) % slot_count;
            continue;
        }
        DeadlineEntry* entry = slot.next_;
        entry->disarm();
        if (entry->deadline_ < time_ + grain) return entry;
        arm(*entry, entry->deadline_);  // farther than the wheel reached when it was armed
    }
    return nullptr;
}

}  // namespace kreisel
