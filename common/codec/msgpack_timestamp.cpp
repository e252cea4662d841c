#include "common/codec/msgpack_timestamp.hpp"

#include "common/codec/octets.hpp"

namespace kreisel {

namespace {

struct Instant {
    std::int64_t seconds = 0;  ///< since 1970
    std::uint32_t nanoseconds = 0;
};

constexpr std::int64_t seconds_a_day = 86400;
constexpr std::int64_t first_second = -62167219200;  // 0000-01-01T00:00:00Z
constexpr std::int64_t last_second = 253402300799;   // 9999-12-31T23:59:59Z

std::optional<Instant> read_instant(std::span<const std::uint8_t> data) {
    Instant instant;
    if (data.size() == 4) {
        instant.seconds = static_cast<std::int64_t>(detail::load_big_endian(data.data(), 4));
    } else if (data.size() == 8) {
        const std::uint64_t both = detail::load_big_endian(data.data(), 8);
        instant.nanoseconds = static_cast<std::uint32_t>(both >> 34);
        instant.seconds = static_cast<std::int64_t>(both & ((std::uint64_t{1} << 34) - 1));
    } else if (data.size() == 12) {
        const std::uint64_t fraction = detail::load_big_endian(data.data(), 4);
        instant.nanoseconds = static_cast<std::uint32_t>(fraction);
        instant.seconds = static_cast<std::int64_t>(detail::load_big_endian(data.data() + 4, 8));
    } else {
        return std::nullopt;
    }
    if (instant.nanoseconds >= 1000000000) return std::nullopt;
    if (instant.seconds < first_second || instant.seconds > last_second) return std::nullopt;
    return instant;
}

void append_number(std::string& text, std::int64_t value, std::size_t digits) {
    const std::size_t start = text.size();
    text.append(digits, '0');
    for (std::size_t i = digits; i-- > 0; value /= 10) {
        text[start + i] = static_cast<char>('0' + value % 10);
    }
}

/// Appends the date of the day that lies `days` after 0000-01-01 of the Gregorian calendar.
void append_date(std::string& text, std::int64_t days) {
    const auto is_leap = [](std::int64_t year) {
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    };
    // Days before January 1 of a year; year 0 is a leap year.
    const auto days_before = [](std::int64_t year) {
        if (year == 0) return std::int64_t{0};
        const std::int64_t past = year - 1;
        return year * 365 + past / 4 - past / 100 + past / 400 + 1;
    };
    std::int64_t year = days * 400 / 146097;
    while (days_before(year) > days) --year;
    while (days_before(year + 1) <= days) ++year;

    std::int64_t day = days - days_before(year);
    std::int64_t month = 1;
    constexpr std::int64_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (const std::int64_t length : lengths) {
        const std::int64_t days_here = month == 2 && is_leap(year) ? 29 : length;
        if (day < days_here) break;
        day -= days_here;
        ++month;
    }
    append_number(text, year, 4);
    text += '-';
    append_number(text, month, 2);
    text += '-';
    append_number(text, day + 1, 2);
}

}  // namespace

std::optional<std::string> timestamp_text(std::span<const std::uint8_t> data) {
    const auto instant = read_instant(data);
    if (!instant) return std::nullopt;

    const std::int64_t since_year_zero = instant->seconds - first_second;
    const std::int64_t second = since_year_zero % seconds_a_day;
    std::string text;
    append_date(text, since_year_zero / seconds_a_day);
    text += 'T';
    append_number(text, second / 3600, 2);
    text += ':';
    append_number(text, second / 60 % 60, 2);
    text += ':';
    append_number(text, second % 60, 2);
    const std::int64_t nanoseconds = instant->nanoseconds;
    if (nanoseconds != 0) {
        text += '.';
        if (nanoseconds % 1000000 == 0) {
            append_number(text, nanoseconds / 1000000, 3);
        } else if (nanoseconds % 1000 == 0) {
            append_number(text, nanoseconds / 1000, 6);
        } else {
            append_number(text, nanoseconds, 9);
        }
    }
    text += 'Z';
    return text;
}

}  // namespace kreisel
