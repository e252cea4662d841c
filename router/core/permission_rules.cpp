#include "router/core/permission_rules.hpp"

#include <algorithm>

namespace kreisel {

namespace {

unsigned rank_of(MatchPolicy policy) {
    switch (policy) {
        case MatchPolicy::exact:
            return 0;
        case MatchPolicy::prefix:
            return 1;
        case MatchPolicy::wildcard:
            return 2;
    }
    return 2;
}

/// The components of a URI or pattern one by one.
class ComponentReader {
  public:
    explicit ComponentReader(std::string_view text) : rest_(text) {}
    [[nodiscard]] bool has_next() const { return has_next_; }
    [[nodiscard]] bool is_last() const { return rest_.find('.') == std::string_view::npos; }
    std::string_view next() {
        const auto dot = rest_.find('.');
        const auto component = rest_.substr(0, dot);
        has_next_ = dot != std::string_view::npos;
        if (has_next_) rest_.remove_prefix(dot + 1);
        return component;
    }

  private:
    std::string_view rest_;
    bool has_next_ = true;
};

/// Whether the gaps of wildcard pattern `a` lie farther to the right than those of `b`: at the
/// first component where one has a gap and the other has not, `a` is literal.
bool is_more_literal(std::string_view a, std::string_view b) {
    ComponentReader left(a);
    ComponentReader right(b);
    while (left.has_next() && right.has_next()) {
        const bool is_left_gap = left.next().empty();
        const bool is_right_gap = right.next().empty();
        if (is_left_gap != is_right_gap) return is_right_gap;
    }
    return false;  // patterns of different lengths never meet in one URI
}

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

/// Whether some URI that starts with `prefix` is taken by wildcard pattern `wildcard`.
bool prefix_meets_wildcard(std::string_view prefix, std::string_view wildcard) {
    ComponentReader head(prefix);
    ComponentReader pattern(wildcard);
    while (head.has_next()) {
        if (!pattern.has_next()) return false;
        const bool is_open_end = head.is_last();
        const auto component = head.next();
        const auto expected = pattern.next();
        if (expected.empty()) continue;
        if (is_open_end ? !starts_with(expected, component) : expected != component) return false;
    }
    return true;
}

bool wildcards_meet(std::string_view a, std::string_view b) {
    ComponentReader left(a);
    ComponentReader right(b);
    while (left.has_next() && right.has_next()) {
        const auto x = left.next();
        const auto y = right.next();
        if (!x.empty() && !y.empty() && x != y) return false;
    }
    return !left.has_next() && !right.has_next();
}

}  // namespace

std::string_view to_text(Action action) {
    switch (action) {
        case Action::publish:
            return "publish";
        case Action::subscribe:
            return "subscribe";
        case Action::call:
            return "call";
        case Action::register_:
            return "register";
    }
    return "register";
}

RuleVerdict verdict_of(const PermissionRule& rule, Action action) {
    const auto place = static_cast<unsigned>(action);
    if (rule.allow[place]) return RuleVerdict::allowed;
    return rule.ask[place] ? RuleVerdict::asked : RuleVerdict::denied;
}

bool is_more_specific(const PermissionRule& a, const PermissionRule& b) {
    if (a.match != b.match) return rank_of(a.match) < rank_of(b.match);
    switch (a.match) {
        case MatchPolicy::exact:
            return false;
        case MatchPolicy::prefix:
            return a.uri.size() > b.uri.size();
        case MatchPolicy::wildcard: {
            const auto dots = [](const Uri& uri) {
                return std::count(uri.begin(), uri.end(), '.');
            };
            const auto a_dots = dots(a.uri);
            const auto b_dots = dots(b.uri);
            return a_dots != b_dots ? a_dots > b_dots : is_more_literal(a.uri, b.uri);
        }
    }
    return false;
}

bool meets(const PermissionRule& rule, std::string_view pattern, MatchPolicy policy) {
    if (rule.match == MatchPolicy::exact) return matches(pattern, policy, rule.uri);
    if (policy == MatchPolicy::exact) return matches(rule.uri, rule.match, pattern);
    if (rule.match == MatchPolicy::prefix) {
        if (policy == MatchPolicy::wildcard) return prefix_meets_wildcard(rule.uri, pattern);
        return starts_with(rule.uri, pattern) || starts_with(pattern, rule.uri);
    }
    return policy == MatchPolicy::prefix ? prefix_meets_wildcard(pattern, rule.uri)
                                         : wildcards_meet(rule.uri, pattern);
}

bool is_same_rule(const PermissionRule& a, const PermissionRule& b) {
    return a.uri == b.uri && a.match == b.match && a.disclose == b.disclose &&
           std::equal(std::begin(a.allow), std::end(a.allow), std::begin(b.allow)) &&
           std::equal(std::begin(a.ask), std::end(a.ask), std::begin(b.ask));
}

}  // namespace kreisel
