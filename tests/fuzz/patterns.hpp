#pragma once
// Patterns as the fuzz targets of tries and rules read them from lines, and which of two that take
// the same URI is the more specific, by the definition instead of by an index.

#include "common/wamp/match.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel::fuzz {

struct Pattern {
    std::string uri;
    MatchPolicy match = MatchPolicy::exact;
    bool operator==(const Pattern&) const = default;
    auto operator<=>(const Pattern&) const = default;
};

inline MatchPolicy policy_of(char c) { return static_cast<MatchPolicy>(std::uint8_t(c) % 3); }

/// Which components of a wildcard pattern are gaps.
inline std::vector<bool> gaps_of(std::string_view pattern) {
    std::vector<bool> gaps;
    bool is_gap = true;
    for (const char c : pattern) {
        if (c == '.') {
            gaps.push_back(is_gap);
            is_gap = true;
        } else {
            is_gap = false;
        }
    }
    gaps.push_back(is_gap);
    return gaps;
}

/// rfc/text/advanced/rpc_pattern_based_registration: exact, then the longest prefix, then the
/// wildcard whose first gap lies farthest to the right, and so on. Both take one URI.
inline bool is_more_specific(const Pattern& a, const Pattern& b) {
    if (a.match != b.match) return a.match < b.match;
    if (a.match == MatchPolicy::prefix) return a.uri.size() > b.uri.size();
    return a.match == MatchPolicy::wildcard && gaps_of(a.uri) < gaps_of(b.uri);
}

/// Calls `visit` for each line that is not empty, up to `lines_max`.
template <class Visit>
void for_each_line(const std::uint8_t* data, std::size_t size, std::size_t lines_max, Visit visit) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    for (std::size_t lines = 0; lines < lines_max && !input.empty(); ++lines) {
        const std::size_t end = std::min(input.find('\n'), input.size());
        if (end > 0) visit(input.substr(0, end));
        input.remove_prefix(std::min(end + 1, input.size()));
    }
}

}  // namespace kreisel::fuzz
