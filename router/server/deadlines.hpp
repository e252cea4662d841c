#pragma once
// Deadlines: a coarse timer wheel (100 ms) for all connections of one shard.
//
// Entries are linked in place: arming, moving and leaving cost a few pointers and no memory. An
// entry stands in at most one slot. Confined to the shard.

#include "common/base/clock.hpp"

#include <cstddef>
#include <vector>

namespace kreisel {

/// Base of what can have a deadline. Leaves its wheel when it dies.
class DeadlineEntry {
  public:
    DeadlineEntry() = default;
    DeadlineEntry(const DeadlineEntry&) = delete;
    DeadlineEntry& operator=(const DeadlineEntry&) = delete;

    [[nodiscard]] bool is_armed() const { return next_ != nullptr; }
    [[nodiscard]] TimePoint deadline() const { return deadline_; }
    void disarm();

  protected:
    ~DeadlineEntry() { disarm(); }

  private:
    friend class Deadlines;
    DeadlineEntry* previous_ = nullptr;
    DeadlineEntry* next_ = nullptr;
    TimePoint deadline_{};
};

class Deadlines {
  public:
    static constexpr Duration grain = std::chrono::milliseconds{100};

    explicit Deadlines(TimePoint now);

    /// Sets or moves the entry's deadline; it fires at most two grains late.
    void arm(DeadlineEntry& entry, TimePoint when);
    /// Takes the next entry that is due at `now`, disarmed; nullptr if there is none.
    [[nodiscard]] DeadlineEntry* pop_due(TimePoint now);

  private:
    static constexpr std::size_t slot_count = 1024;
    struct Slot : DeadlineEntry {
        Slot();
    };
    [[nodiscard]] Slot& slot_at(TimePoint when);

    std::vector<Slot> slots_;
    std::size_t position_ = 0;
    TimePoint time_;  ///< start of the slot at position_
};

}  // namespace kreisel
