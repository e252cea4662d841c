#include "client/cli/duration.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace kreisel::client {

namespace {

constexpr std::array<std::pair<std::string_view, double>, 5> units{
    {{"", 1000.0}, {"ms", 1.0}, {"s", 1000.0}, {"m", 60'000.0}, {"h", 3'600'000.0}}};
constexpr double milliseconds_max = 1e12;  // thirty years

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    double number = 0;
    const auto [end, fault] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (fault != std::errc()) return std::nullopt;
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    for (const auto& [name, milliseconds] : units) {
        if (unit != name) continue;
        const double total = number * milliseconds;
        // Not a number compares false.
        if (!(total >= 0 && total <= milliseconds_max)) return std::nullopt;
        return std::chrono::milliseconds(std::llround(total));
    }
    return std::nullopt;
}

CLI::Option* add_duration_option(CLI::App& command, const std::string& name,
                                 std::chrono::milliseconds& duration, const std::string& help) {
    const auto take = [&duration, name](const std::string& text) {
        const auto parsed = parse_duration(text);
        if (!parsed) {
            throw CLI::ValidationError(
                name, "'" + text + "' is no duration; write 500ms, 1.5s, 2m or 3h");
        }
        duration = *parsed;
    };
    return command.add_option_function<std::string>(name, take, help)->type_name("TIME");
}

}  // namespace kreisel::client
