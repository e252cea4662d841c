#pragma once
// The log: levelled lines of an event and key=value fields, as text or as JSON lines, on standard
// error.
//
// A thin face on spdlog's asynchronous logger: a line costs the caller one formatting and one push
// into a bounded queue (the oldest line is lost if it is full), never a write. Off levels cost one
// compare:
//
//     KREISEL_LOG(info, "session refused", {"realm", realm}, {"why", why});
//
// Any thread. Not to be used by the pure folders.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace kreisel {

enum class LogLevel : std::uint8_t { trace, debug, info, warning, error, off };
enum class LogFormat : std::uint8_t { text, json };

[[nodiscard]] std::string_view to_text(LogLevel level);
[[nodiscard]] std::string_view to_text(LogFormat format);
[[nodiscard]] std::optional<LogLevel> log_level_of(std::string_view text);

/// One key=value of a line. Views must live until the call returns.
class LogField {
  public:
    LogField(std::string_view name, std::string_view text) : name_(name), text_(text) {}
    LogField(std::string_view name, const char* text) : name_(name), text_(text) {}
    LogField(std::string_view name, const std::string& text) : name_(name), text_(text) {}
    template <class Number>
    requires std::is_arithmetic_v<Number> LogField(std::string_view name, Number number)
        : name_(name), owned_(std::to_string(number)), is_number_(true) {}

    [[nodiscard]] std::string_view name() const { return name_; }
    [[nodiscard]] std::string_view text() const {
        return is_number_ ? std::string_view(owned_) : text_;
    }
    [[nodiscard]] bool is_number() const { return is_number_; }

  private:
    std::string_view name_;
    std::string_view text_;
    std::string owned_;
    bool is_number_ = false;
};

/// Sets level and format; may be called again (reload). Lines before the first call go out as text.
void log_setup(LogLevel level, LogFormat format);
/// Writes what is queued and stops; at the end of main.
void log_shutdown();
[[nodiscard]] bool log_is_on(LogLevel level);
void log_write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);
/// An error line for a process that ends here and now: written at once, past the queue, and without
/// any memory.
void log_last_words(std::string_view event) noexcept;

/// One line in `format`, without a time stamp: what log_write writes. For tests.
[[nodiscard]] std::string log_line(LogLevel level, std::string_view event,
                                   std::initializer_list<LogField> fields, LogFormat format);

}  // namespace kreisel

#define KREISEL_LOG(level, event, ...)                                              \
    do {                                                                            \
        if (::kreisel::log_is_on(::kreisel::LogLevel::level)) {                     \
            ::kreisel::log_write(::kreisel::LogLevel::level, event, {__VA_ARGS__}); \
        }                                                                           \
    } while (false)
