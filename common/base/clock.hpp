#pragma once
// Time as the pure parts see it: a point handed in, never asked for. SystemClock and FakeClock are
// the two sources; only the server, the client's I/O side and tests own one.

#include <chrono>
#include <string>

namespace kreisel {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;
/// Calendar time, for what people and peers read (timestamps in challenges, meta details).
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual TimePoint now() const = 0;
    [[nodiscard]] virtual WallTime wall() const = 0;
};

/// The machine's clocks. Any thread.
class SystemClock final : public Clock {
  public:
    [[nodiscard]] TimePoint now() const override;
    [[nodiscard]] WallTime wall() const override;
};

/// Stands still until told. One thread.
class FakeClock final : public Clock {
  public:
    [[nodiscard]] TimePoint now() const override { return now_; }
    [[nodiscard]] WallTime wall() const override {
        return WallTime{std::chrono::duration_cast<std::chrono::milliseconds>(
            now_.time_since_epoch() + std::chrono::seconds{1'700'000'000})};
    }
    void advance(Duration by) { now_ += by; }

  private:
    TimePoint now_{};
};

/// `2026-11-22T07:51:03.123Z`, the ISO 8601 form that WAMP uses.
[[nodiscard]] std::string iso8601(WallTime time);

}  // namespace kreisel
