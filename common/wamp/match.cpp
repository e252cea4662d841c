#include "common/wamp/match.hpp"

namespace kreisel {

namespace {

/// Cuts the next component off `rest`; `rest` has no data() once the last one is taken.
std::string_view take_component(std::string_view& rest) {
    const auto dot = rest.find('.');
    const auto component = rest.substr(0, dot);
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
    return component;
}

bool has_more(std::string_view rest) { return rest.data() != nullptr; }

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

std::string_view not_null(std::string_view text) { return has_more(text) ? text : ""; }

// `inner` is an exact URI or a wildcard pattern, whose empty component only an empty one covers.
bool wildcard_covers(std::string_view pattern, std::string_view inner) {
    pattern = not_null(pattern);
    inner = not_null(inner);
    while (has_more(pattern) && has_more(inner)) {
        const auto expected = take_component(pattern);
        const auto component = take_component(inner);
        if (!expected.empty() && expected != component) return false;
    }
    return !has_more(pattern) && !has_more(inner);
}

}  // namespace

std::string_view to_text(MatchPolicy policy) {
    switch (policy) {
        case MatchPolicy::exact:
            return "exact";
        case MatchPolicy::prefix:
            return "prefix";
        case MatchPolicy::wildcard:
            return "wildcard";
    }
    return "exact";
}

std::optional<MatchPolicy> match_policy_of(std::string_view text) {
    if (text == "exact") return MatchPolicy::exact;
    if (text == "prefix") return MatchPolicy::prefix;
    if (text == "wildcard") return MatchPolicy::wildcard;
    return std::nullopt;
}

bool matches(std::string_view pattern, MatchPolicy policy, std::string_view uri) {
    switch (policy) {
        case MatchPolicy::exact:
            return pattern == uri;
        case MatchPolicy::prefix:
            return starts_with(uri, pattern);
        case MatchPolicy::wildcard:
            return wildcard_covers(pattern, uri);
    }
    return false;
}

bool covers(std::string_view outer, MatchPolicy outer_policy, std::string_view inner,
            MatchPolicy inner_policy) {
    switch (outer_policy) {
        case MatchPolicy::exact:
            return inner_policy == MatchPolicy::exact && outer == inner;
        case MatchPolicy::prefix: {
            if (inner_policy != MatchPolicy::wildcard) return starts_with(inner, outer);
            // Up to its first empty component a wildcard pattern is literal text.
            const bool opens_empty = inner.empty() || inner.front() == '.';
            const auto gap = inner.find("..");
            const auto literal = opens_empty                     ? std::string_view{}
                                 : gap == std::string_view::npos ? inner
                                                                 : inner.substr(0, gap + 1);
            return starts_with(literal, outer);
        }
        case MatchPolicy::wildcard:
            return inner_policy != MatchPolicy::prefix && wildcard_covers(outer, inner);
    }
    return false;
}

}  // namespace kreisel
