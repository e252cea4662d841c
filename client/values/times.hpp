#pragma once
// std::chrono: durations and points in time.
//
//     std::chrono::milliseconds timeout{1500};           // 1500: the count of its own unit
//     std::chrono::system_clock::time_point now = ...;   // "2026-11-22T07:51:03.123Z"
//
// A point in time is written as RFC 3339 text in UTC, with as many digits of a second as it has
// (none, 3, 6 or 9), and read from such text with any offset or from an integer of milliseconds
// since 1970, as JavaScript counts. Years 1700 to 2200 can be read, 0000 to 9999 written.

#include "client/values/scalars.hpp"
#include "client/values/traits.hpp"
#include "common/base/timestamp.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace kreisel::client {

namespace detail {

/// The text of a time `of_day` into `day`; throws Error if its year has not four digits.
[[nodiscard]] std::string time_text(std::chrono::sys_days day, std::chrono::nanoseconds of_day);

/// The point in time that follows, as text or milliseconds; nothing if it is none.
[[nodiscard]] std::optional<Timestamp> read_time(Cursor& cursor);

}  // namespace detail

/// The count of a duration's own unit.
template <class Count, class Period>
requires Encodable<Count>
struct ValueTraits<std::chrono::duration<Count, Period>> {
    using Duration = std::chrono::duration<Count, Period>;

    static std::string name() { return ValueTraits<Count>::name(); }
    template <class Sink>
    static void write(const Duration& duration, Sink& sink) {
        write_value(duration.count(), sink);
    }
    static bool read(ValueReader& in, Duration& duration) {
        Count count{};
        if (!read_value(in, count)) return false;
        duration = Duration(count);
        return true;
    }
};

/// RFC 3339 text.
template <class Duration>
struct ValueTraits<std::chrono::time_point<std::chrono::system_clock, Duration>> {
    using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;

    static std::string name() { return "a time, as RFC 3339 text or milliseconds since 1970"; }
    template <class Sink>
    static void write(const Time& time, Sink& sink) {
        const auto day = std::chrono::floor<std::chrono::days>(time);
        sink.on_text(detail::time_text(
            day, std::chrono::duration_cast<std::chrono::nanoseconds>(time - day)));
    }
    static bool read(ValueReader& in, Time& time) {
        const auto timestamp = detail::read_time(in.cursor());
        if (!timestamp) return in.mismatch<Time>();
        time = std::chrono::floor<Duration>(*timestamp);
        return true;
    }
};

}  // namespace kreisel::client
