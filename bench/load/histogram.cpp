#include "bench/load/histogram.hpp"

#include <algorithm>
#include <bit>

namespace kreisel::load {

void Histogram::add(std::chrono::nanoseconds latency, std::uint64_t times) {
    const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 0));
    std::size_t bucket = ns;
    if (ns >= steps) {
        // The leading bits of the number choose the row, the next six the step within it.
        const unsigned shift = static_cast<unsigned>(std::bit_width(ns)) - 1 - steps_bits;
        bucket = (std::size_t{shift} + 1) * steps + ((ns >> shift) - steps);
    }
    buckets_[bucket] += times;
    count_ += times;
    max_ns_ = std::max(max_ns_, ns);
}

void Histogram::clear() {
    buckets_.fill(0);
    count_ = 0;
    max_ns_ = 0;
}

double Histogram::percentile_us(double share) const {
    if (count_ == 0) return 0.0;
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen <= wanted && seen < count_) continue;
        if (i < steps) return static_cast<double>(i) / 1000.0;
        const std::size_t shift = i / steps - 1;
        const double edge = static_cast<double>(steps + i % steps + 1) *
                            static_cast<double>(std::uint64_t{1} << shift);
        return std::min(edge, static_cast<double>(max_ns_)) / 1000.0;
    }
    return max_us();
}

}  // namespace kreisel::load
