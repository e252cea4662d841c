#include "common/wire/origin.hpp"

#include <algorithm>

namespace kreisel {

namespace {

bool fits_star(char c) { return c != '.' && c != ':' && c != '/' && c != '@'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Greedy with one step back: quadratic at worst, on a short header.
bool fits(std::string_view text, std::string_view pattern) {
    constexpr auto none = std::string_view::npos;
    std::size_t t = 0;
    std::size_t p = 0;
    std::size_t star = none;
    std::size_t star_end = 0;  // where the text behind the last star begins
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*' && fits_star(text[t])) {
            star = p++;
            star_end = ++t;
        } else if (p < pattern.size() && pattern[p] != '*' && lower(pattern[p]) == lower(text[t])) {
            ++p;
            ++t;
        } else if (star != none && fits_star(text[star_end])) {
            p = star + 1;
            t = ++star_end;
        } else {
            return false;
        }
    }
    return p == pattern.size();
}

}  // namespace

bool is_origin_allowed(std::string_view origin, const std::vector<std::string>& patterns) {
    return std::any_of(patterns.begin(), patterns.end(), [origin](const std::string& pattern) {
        return pattern == "*" || fits(origin, pattern);
    });
}

}  // namespace kreisel
