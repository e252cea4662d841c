#include "common/base/clock.hpp"

#include <ctime>

namespace kreisel {

TimePoint SystemClock::now() const {
    return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

WallTime SystemClock::wall() const {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
}

std::string iso8601(WallTime time) {
    const auto since_epoch = time.time_since_epoch().count();
    const std::time_t seconds = static_cast<std::time_t>(since_epoch / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char date[40];
    const std::size_t length = std::strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts);
    std::string text(date, length);
    const std::string milliseconds = std::to_string(since_epoch % 1000);
    return text + "." + std::string(3 - milliseconds.size(), '0') + milliseconds + "Z";
}

}  // namespace kreisel
