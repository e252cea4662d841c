#include "bench/load/meter.hpp"

#include "bench/load/process.hpp"

#include <array>
#include <stdexcept>

namespace kreisel::load {

namespace {

constexpr std::chrono::seconds drain_time_max{10};

std::chrono::nanoseconds from_seconds(double seconds) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>(seconds));
}

}  // namespace

double LoadReport::rate() const {
    return seconds > 0.0 ? static_cast<double>(count) / seconds : 0.0;
}

double LoadReport::cpu_seconds_per_million() const {
    return count > 0 ? cpu_seconds * 1e6 / static_cast<double>(count) : 0.0;
}

std::string text_payload(std::size_t bytes) {
    // Not all the same letter, so that no encoder or compressor gets it for free.
    std::string text(bytes, ' ');
    for (std::size_t i = 0; i < bytes; ++i)
        text[i] = static_cast<char>('a' + (i * 7 + i / 26) % 26);
    return text;
}

Meter::Meter(const LoadOptions& options)
    : on_progress_(options.on_progress),
      phase_start_(std::chrono::steady_clock::now()),
      pid_(options.pid),
      measured_time_(from_seconds(options.seconds)),
      phase_end_(std::chrono::steady_clock::now() + from_seconds(options.warm_up_seconds)) {}

double Meter::cpu() const { return pid_ == 0 ? 0.0 : kreisel::load::cpu_seconds(pid_); }

void Meter::tell(SteadyTime now, std::uint64_t count) {
    constexpr std::chrono::seconds pause{1};
    static constexpr std::array<const char*, 3> names{"warming up", "measuring", "draining"};
    next_telling_ = now + pause;
    on_progress_({names[static_cast<std::size_t>(phase_)],
                  std::chrono::duration<double>(now - phase_start_).count(),
                  count - count_at_phase_});
}

void Meter::advance(SteadyTime now, std::uint64_t count) {
    if (on_progress_ && now >= next_telling_) tell(now, count);
    if (now < phase_end_) return;
    phase_start_ = now;
    count_at_phase_ = count;
    switch (phase_) {
        case Phase::warm_up:
            phase_ = Phase::measuring;
            start_ = now;
            cpu_at_start_ = cpu();
            count_at_start_ = count;
            phase_end_ = now + measured_time_;
            return;
        case Phase::measuring:
            phase_ = Phase::draining;
            stop_ = now;
            cpu_at_stop_ = cpu();
            count_at_stop_ = count;
            phase_end_ = now + drain_time_max;
            if (count_at_stop_ == count_at_start_) {
                throw std::runtime_error("nothing arrived in the measured time");
            }
            return;
        case Phase::draining:
            throw std::runtime_error("messages under way did not arrive within ten seconds");
    }
}

void Meter::write_to(LoadReport& report) const {
    report.count = count_at_stop_ - count_at_start_;
    report.seconds = std::chrono::duration<double>(stop_ - start_).count();
    report.cpu_seconds = cpu_at_stop_ - cpu_at_start_;
}

}  // namespace kreisel::load
