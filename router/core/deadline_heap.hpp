#pragma once
// DeadlineHeap: which of many numbered things is due next. Setting, moving and erasing a deadline
// cost O(log n); nothing is left behind by what ended in time. Confined to its owner.

#include "common/base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace kreisel {

class DeadlineHeap {
  public:
    /// Numbers are small: memory goes with the largest one.
    void set(std::uint32_t number, TimePoint when);
    /// Passes over a number that has no deadline.
    void erase(std::uint32_t number);
    [[nodiscard]] std::optional<TimePoint> next() const {
        if (heap_.empty()) return std::nullopt;
        return heap_.front().when;
    }
    /// The number that is due first, if its time has come. It stays until it is set or erased.
    [[nodiscard]] std::optional<std::uint32_t> due(TimePoint now) const {
        if (heap_.empty() || heap_.front().when > now) return std::nullopt;
        return heap_.front().number;
    }
    void clear() {
        heap_.clear();
        places_.clear();
    }
    [[nodiscard]] std::size_t size() const { return heap_.size(); }

  private:
    struct Entry {
        TimePoint when;
        std::uint32_t number = 0;
    };
    static constexpr std::uint32_t nowhere = UINT32_MAX;

    void put(std::size_t place, Entry entry);
    void sift_up(std::size_t place, Entry entry);
    void sift_down(std::size_t place, Entry entry);

    std::vector<Entry> heap_;
    std::vector<std::uint32_t> places_;  ///< number -> place in heap_
};

}  // namespace kreisel
