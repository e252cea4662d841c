#pragma once
// The phases of a measurement: warm-up, measured time, draining. Knows when each ends and takes the
// CPU time of the measured process at both edges.

#include "bench/load/poller.hpp"
#include "bench/load/scenario.hpp"

#include <cstdint>

namespace kreisel::load {

class Meter {
  public:
    enum class Phase : std::uint8_t { warm_up, measuring, draining };

    explicit Meter(const LoadOptions& options);

    /// Moves on to the next phase when it is time. `count` is the running total of what is
    /// counted. Throws when draining takes longer than ten seconds.
    void advance(SteadyTime now, std::uint64_t count);

    [[nodiscard]] Phase phase() const { return phase_; }
    [[nodiscard]] bool is_measuring() const { return phase_ == Phase::measuring; }
    /// Fills in count, time and CPU time; to be called after draining.
    void write_to(LoadReport& report) const;

  private:
    [[nodiscard]] double cpu() const;
    void tell(SteadyTime now, std::uint64_t count);

    std::function<void(const LoadProgress&)> on_progress_;
    SteadyTime next_telling_{};
    SteadyTime phase_start_;
    std::uint64_t count_at_phase_ = 0;
    pid_t pid_;
    std::chrono::nanoseconds measured_time_;
    SteadyTime phase_end_;
    SteadyTime start_;
    SteadyTime stop_;
    double cpu_at_start_ = 0.0;
    double cpu_at_stop_ = 0.0;
    std::uint64_t count_at_start_ = 0;
    std::uint64_t count_at_stop_ = 0;
    Phase phase_ = Phase::warm_up;
};

}  // namespace kreisel::load
