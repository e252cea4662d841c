#include "client/values/times.hpp"

#include "client/core/error.hpp"
#include "common/wamp/errors.hpp"

namespace kreisel::client::detail {

namespace {

void append_number(std::string& text, std::int64_t value, std::size_t digits) {
    const std::size_t start = text.size();
    text.append(digits, '0');
    for (std::size_t i = digits; i-- > 0; value /= 10) {
        text[start + i] = static_cast<char>('0' + value % 10);
    }
}

void append_fraction(std::string& text, std::int64_t nanoseconds) {
    if (nanoseconds == 0) return;
    text += '.';
    if (nanoseconds % 1'000'000 == 0) return append_number(text, nanoseconds / 1'000'000, 3);
    if (nanoseconds % 1'000 == 0) return append_number(text, nanoseconds / 1'000, 6);
    append_number(text, nanoseconds, 9);
}

/// Milliseconds of the years that parse_timestamp takes; their nanoseconds fit 64 bits.
constexpr std::int64_t milliseconds_of(std::chrono::year_month_day date) {
    return std::chrono::milliseconds(std::chrono::sys_days(date).time_since_epoch()).count();
}
constexpr std::int64_t first_millisecond =
    milliseconds_of(std::chrono::year{1700} / std::chrono::January / 1);
constexpr std::int64_t end_millisecond =
    milliseconds_of(std::chrono::year{2201} / std::chrono::January / 1);

}  // namespace

std::string time_text(std::chrono::sys_days day, std::chrono::nanoseconds of_day) {
    const std::chrono::year_month_day date(day);
    const int year = static_cast<int>(date.year());
    if (year < 0 || year > 9999) {
        throw Error(kreisel::uris::invalid_argument,
                    {"a time to send must lie in the years 0 to 9999"});
    }
    std::string text;
    append_number(text, year, 4);
    text += '-';
    append_number(text, static_cast<unsigned>(date.month()), 2);
    text += '-';
    append_number(text, static_cast<unsigned>(date.day()), 2);
    text += 'T';
    const std::int64_t nanoseconds = of_day.count();
    const std::int64_t second = nanoseconds / 1'000'000'000;
    append_number(text, second / 3600, 2);
    text += ':';
    append_number(text, second / 60 % 60, 2);
    text += ':';
    append_number(text, second % 60, 2);
    append_fraction(text, nanoseconds % 1'000'000'000);
    text += 'Z';
    return text;
}

std::optional<Timestamp> read_time(Cursor& cursor) {
    if (const auto text = cursor.read_text()) return parse_timestamp(*text);
    const auto count = cursor.read_int();
    if (!count || *count < first_millisecond || *count >= end_millisecond) return std::nullopt;
    return Timestamp(std::chrono::milliseconds(*count));
}

}  // namespace kreisel::client::detail
