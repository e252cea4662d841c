// Queue and thread are spdlog's; this file knows that threads exist only through the level's
// atomic.
#include "common/base/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>
#include <unistd.h>

namespace kreisel {

namespace {

constexpr std::size_t queue_lines_max = 8192;
constexpr std::array<std::string_view, 6> level_names = {"trace",   "debug", "info",
                                                         "warning", "error", "off"};

std::atomic<LogLevel> threshold{LogLevel::info};
std::atomic<LogFormat> line_format{LogFormat::text};

/// Our own, not spdlog's common one: a program that embeds the router may log by spdlog, too.
std::shared_ptr<spdlog::details::thread_pool>& writer() {
    static auto instance = std::make_shared<spdlog::details::thread_pool>(queue_lines_max, 1);
    return instance;
}

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> instance = [] {
        auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        auto made = std::make_shared<spdlog::async_logger>(
            "kreisel", std::move(sink), writer(), spdlog::async_overflow_policy::overrun_oldest);
        made->set_level(spdlog::level::trace);
        made->set_pattern("%v");
        made->flush_on(spdlog::level::debug);  // by the writer's thread, not by ours
        return made;
    }();
    return *instance;
}

void append_json_text(std::string& line, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    line += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            line += '\\';
            line += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            line += "\\u00";
            line += digits[static_cast<unsigned char>(c) >> 4U];
            line += digits[static_cast<unsigned char>(c) & 0xFU];
        } else {
            line += c;
        }
    }
    line += '"';
}

bool needs_quotes(std::string_view text) {
    if (text.empty()) return true;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=' || c == '\\') return true;
    }
    return false;
}

std::string text_line(LogLevel level, std::string_view event,
                      std::initializer_list<LogField> fields) {
    std::string line(to_text(level));
    line += "  ";
    line += event;
    for (const auto& field : fields) {
        line += ' ';
        line += field.name();
        line += '=';
        if (!field.is_number() && needs_quotes(field.text())) {
            append_json_text(line, field.text());
        } else {
            line += field.text();
        }
    }
    return line;
}

std::string json_line(LogLevel level, std::string_view event,
                      std::initializer_list<LogField> fields) {
    std::string line = "\"level\":\"";
    line += to_text(level);
    line += "\",\"event\":";
    append_json_text(line, event);
    for (const auto& field : fields) {
        line += ',';
        append_json_text(line, field.name());
        line += ':';
        if (field.is_number()) {
            line += field.text();
        } else {
            append_json_text(line, field.text());
        }
    }
    return line;
}

}  // namespace

std::string_view to_text(LogLevel level) { return level_names[static_cast<unsigned>(level)]; }

std::string_view to_text(LogFormat format) { return format == LogFormat::text ? "text" : "json"; }

std::optional<LogLevel> log_level_of(std::string_view text) {
    for (unsigned i = 0; i < level_names.size(); ++i) {
        if (level_names[i] == text) return static_cast<LogLevel>(i);
    }
    return std::nullopt;
}

std::string log_line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields,
                     LogFormat format) {
    if (format == LogFormat::text) return text_line(level, event, fields);
    return "{" + json_line(level, event, fields) + "}";
}

void log_setup(LogLevel level, LogFormat format) {
    auto& out = logger();
    threshold = level;
    line_format = format;
    // Braces of the JSON object stand in the pattern, so that the time is its first member.
    out.set_pattern(format == LogFormat::text ? "%Y-%m-%d %H:%M:%S.%e %v"
                                              : R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z",%v})");
}

void log_last_words(std::string_view event) noexcept {
    timespec now{};
    std::tm parts{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    ::localtime_r(&now.tv_sec, &parts);
    std::array<char, 32> time{};
    std::array<char, 256> line{};
    const bool is_text = line_format == LogFormat::text;
    std::strftime(time.data(), time.size(), is_text ? "%F %T" : "%FT%T", &parts);
    const char* form = is_text ? "%s.%03ld error  %.*s\n"
                               : "{\"time\":\"%s.%03ld\",\"level\":\"error\",\"event\":\"%.*s\"}\n";
    const int size =
        std::snprintf(line.data(), line.size(), form, time.data(), now.tv_nsec / 1'000'000,
                      static_cast<int>(event.size()), event.data());
    const auto count = std::min(static_cast<std::size_t>(std::max(size, 0)), line.size() - 1);
    static_cast<void>(!::write(STDERR_FILENO, line.data(), count));
}

void log_shutdown() { writer().reset(); }

bool log_is_on(LogLevel level) { return level >= threshold.load(std::memory_order_relaxed); }

void log_write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    const auto line = line_format == LogFormat::text ? text_line(level, event, fields)
                                                     : json_line(level, event, fields);
    logger().log(spdlog::level::info, line);
}

}  // namespace kreisel
