#include "common/base/timestamp.hpp"

#include <cstddef>
#include <cstdint>

namespace kreisel {

namespace {

constexpr int year_min = 1700;
constexpr int year_max = 2200;
constexpr std::size_t date_time_length = 19;  // 2026-11-22T07:51:03

/// Takes exactly `count` digits off `text`, or gives nothing.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) return std::nullopt;
    int number = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        number = number * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return number;
}

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

/// Digits behind the dot; what is finer than a nanosecond is cut.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
    if (!take(text, ".")) return 0;
    std::int64_t nanoseconds = 0;
    std::int64_t unit = 100'000'000;
    std::size_t digits = 0;
    while (const auto digit = take_digits(text, 1)) {
        nanoseconds += *digit * unit;
        unit /= 10;
        ++digits;
    }
    if (digits == 0) return std::nullopt;
    return nanoseconds;
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
    if (take(text, "Zz")) return std::chrono::minutes{0};
    const bool is_west = !text.empty() && text.front() == '-';
    if (!take(text, "+-")) return std::nullopt;
    const auto hours = take_digits(text, 2);
    if (!hours || *hours > 23 || !take(text, ":")) return std::nullopt;
    const auto minutes = take_digits(text, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    const std::chrono::minutes offset{*hours * 60 + *minutes};
    return is_west ? -offset : offset;
}

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view text) {
    if (text.size() < date_time_length) return std::nullopt;
    const auto year = take_digits(text, 4);
    if (!year || *year < year_min || *year > year_max || !take(text, "-")) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || !take(text, "-")) return std::nullopt;
    const auto day = take_digits(text, 2);
    if (!day || !take(text, "Tt ")) return std::nullopt;
    const auto hour = take_digits(text, 2);
    if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute || *minute > 59 || !take(text, ":")) return std::nullopt;
    const auto second = take_digits(text, 2);
    // A leap second is the next one.
    if (!second || *second > 60) return std::nullopt;
    const auto fraction = take_fraction(text);
    const auto offset = take_offset(text);
    if (!fraction || !offset || !text.empty()) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second} + std::chrono::nanoseconds{*fraction} - *offset;
}

}  // namespace kreisel
