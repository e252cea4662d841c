#include "router/config/scalars.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <numeric>
#include <utility>

namespace kreisel {

namespace {

template <class T>
struct Unit {
    std::string_view name;
    T factor;
};

constexpr std::array<Unit<std::int64_t>, 4> duration_units = {
    {{"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000}}};
constexpr std::array<Unit<std::uint64_t>, 4> size_units = {
    {{"", 1}, {"KiB", 1U << 10}, {"MiB", 1U << 20}, {"GiB", 1U << 30}}};

struct Number {
    std::uint64_t value = 0;
    std::string_view unit;
};

std::optional<Number> split_number(std::string_view text) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    Number number;
    const auto [stop, fault] = std::from_chars(text.data(), text.data() + end, number.value);
    if (fault != std::errc{} || end == 0) return std::nullopt;
    number.unit = text.substr(end);
    return number;
}

bool is_plain(std::string_view text) {
    constexpr std::string_view letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:+=-";
    if (text.empty() || text.find_first_not_of(letters) != std::string_view::npos) return false;
    if (text.front() == '-' || text.front() == ':' || text.front() == '=') return false;
    if (text.back() == ':') return false;
    return text != "null" && text != "Null" && text != "NULL";
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
    const auto number = split_number(text);
    if (!number) return std::nullopt;
    if (number->unit.empty()) {
        return number->value == 0 ? std::optional<Duration>(Duration{0}) : std::nullopt;
    }
    for (const auto& unit : duration_units) {
        if (number->unit != unit.name) continue;
        if (number->value > static_cast<std::uint64_t>(INT64_MAX / unit.factor)) break;
        return Duration{static_cast<std::int64_t>(number->value) * unit.factor};
    }
    return std::nullopt;
}

std::string show_duration(Duration duration) {
    const std::int64_t count = duration.count();
    if (count == 0) return "0";
    for (auto unit = duration_units.rbegin(); unit != duration_units.rend(); ++unit) {
        if (count % unit->factor == 0) {
            return std::to_string(count / unit->factor) + std::string(unit->name);
        }
    }
    return std::to_string(count / duration_units[0].factor) + "ms";
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    const auto number = split_number(text);
    if (!number) return std::nullopt;
    for (const auto& unit : size_units) {
        if (number->unit != unit.name) continue;
        if (number->value > UINT64_MAX / unit.factor) break;
        return number->value * unit.factor;
    }
    return std::nullopt;
}

std::string show_size(std::uint64_t bytes) {
    if (bytes == 0) return "0";
    for (auto unit = size_units.rbegin(); unit != size_units.rend(); ++unit) {
        if (bytes % unit->factor == 0) {
            return std::to_string(bytes / unit->factor) + std::string(unit->name);
        }
    }
    return std::to_string(bytes);
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
    const auto number = split_number(text);
    if (!number || !number->unit.empty()) return std::nullopt;
    return number->value;
}

std::optional<bool> parse_bool(std::string_view text) {
    if (text == "true") return true;
    if (text == "false") return false;
    return std::nullopt;
}

std::optional<unsigned> parse_mode(std::string_view text) {
    if (text.size() < 3 || text.size() > 4) return std::nullopt;
    unsigned mode = 0;
    for (const char c : text) {
        if (c < '0' || c > '7') return std::nullopt;
        mode = mode * 8 + static_cast<unsigned>(c - '0');
    }
    return mode <= 0777U ? std::optional<unsigned>(mode) : std::nullopt;
}

std::string show_mode(unsigned mode) {
    std::string text = "0";
    for (const unsigned shift : {6U, 3U, 0U}) {
        text += static_cast<char>('0' + ((mode >> shift) & 7U));
    }
    return text;
}

std::optional<TcpAddress> parse_tcp_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto port = parse_count(text.substr(colon + 1));
    if (!port || *port > 65535) return std::nullopt;
    std::string host(text.substr(0, colon));
    std::array<unsigned char, 16> binary{};
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
        if (inet_pton(AF_INET6, host.c_str(), binary.data()) != 1) return std::nullopt;
    } else if (inet_pton(AF_INET, host.c_str(), binary.data()) != 1) {
        return std::nullopt;
    }
    return TcpAddress{std::move(host), static_cast<std::uint16_t>(*port)};
}

std::optional<std::string> nearest_name(std::string_view text,
                                        const std::vector<std::string>& candidates) {
    constexpr std::size_t text_max = 64;
    if (text.size() > text_max) return std::nullopt;
    std::optional<std::string> best;
    std::size_t best_distance = std::max<std::size_t>(2, text.size() / 3) + 1;
    constexpr std::size_t stem_min = 4;
    for (const std::string& candidate : candidates) {
        const std::size_t shorter = std::min(text.size(), candidate.size());
        if (shorter >= stem_min && text.substr(0, shorter) == candidate.substr(0, shorter)) {
            return candidate;
        }
        // Levenshtein's distance, one row at a time.
        std::vector<std::size_t> row(candidate.size() + 1);
        std::iota(row.begin(), row.end(), std::size_t{0});
        for (std::size_t i = 0; i < text.size(); ++i) {
            std::size_t diagonal = std::exchange(row[0], i + 1);
            for (std::size_t j = 0; j < candidate.size(); ++j) {
                const std::size_t change = diagonal + (text[i] == candidate[j] ? 0 : 1);
                diagonal =
                    std::exchange(row[j + 1], std::min({change, row[j] + 1, row[j + 1] + 1}));
            }
        }
        if (row.back() < best_distance && row.back() < candidate.size()) {
            best_distance = row.back();
            best = candidate;
        }
    }
    return best;
}

std::string show_text(std::string_view text) {
    if (is_plain(text)) return std::string(text);
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (octet < 0x20 || octet == 0x7f) {
            out += "\\x";
            out += hex[octet >> 4U];
            out += hex[octet & 15U];
        } else {
            out += c;
        }
    }
    return out + "\"";
}

}  // namespace kreisel
