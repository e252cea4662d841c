#pragma once
// Histogram of latencies with a relative error below 2 %, a few nanoseconds per entry and 16 KB
// whatever is recorded. Used by one thread.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kreisel::load {

class Histogram {
  public:
    void add(std::chrono::nanoseconds latency, std::uint64_t times = 1);
    void clear();

    [[nodiscard]] std::uint64_t count() const { return count_; }
    /// Upper edge of the bucket that holds the given share (0 to 1) of all entries, in
    /// microseconds; 0 for an empty histogram.
    [[nodiscard]] double percentile_us(double share) const;
    [[nodiscard]] double max_us() const { return static_cast<double>(max_ns_) / 1000.0; }

  private:
    /// Each power of two is cut into this many buckets.
    static constexpr unsigned steps_bits = 6;
    static constexpr unsigned steps = 1U << steps_bits;

    std::array<std::uint64_t, std::size_t{64 - steps_bits + 1} * steps> buckets_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_ns_ = 0;
};

}  // namespace kreisel::load
