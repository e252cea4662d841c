#include "router/core/permissions.hpp"

#include "common/base/check.hpp"

#include <algorithm>
#include <utility>

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

/// Whether some URI is taken by `rule` and by the pattern too.
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
           std::equal(std::begin(a.allow), std::end(a.allow), std::begin(b.allow));
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

RolePermissions::RolePermissions(std::vector<PermissionRule> rules,
                                 std::optional<std::uint32_t> trust_level,
                                 std::shared_ptr<const RealmLimits> limits)
    : rules_(std::move(rules)), trust_level_(trust_level), limits_(std::move(limits)) {
    std::stable_sort(rules_.begin(), rules_.end(), is_more_specific);
    for (std::size_t place = 0; place < rules_.size(); ++place) {
        const PermissionRule& rule = rules_[place];
        if (rule.disclose != Disclose::on_request) has_disclosure_ = true;
        if (!TopicIndex::takes(rule.uri, rule.match)) {
            beyond_index_.push_back(place);
            continue;
        }
        // Of two rules for one pattern the first counts.
        if (index_.find(rule.uri, rule.match) != TopicIndex::no_entry) continue;
        index_.insert(rule.uri, rule.match, static_cast<TopicIndex::Entry>(place));
    }
}

Decision RolePermissions::decision_of(std::size_t rule, Action action) const {
    const PermissionRule& decisive = rules_[rule];
    return Decision{decisive.allow[static_cast<unsigned>(action)], decisive.disclose, &decisive};
}

Decision RolePermissions::decide(Action action, std::string_view uri) const {
    const TopicIndex::Entry rule = index_.find_best(uri);
    if (rule != TopicIndex::no_entry) return decision_of(rule, action);
    for (const std::size_t place : beyond_index_) {
        if (matches(rules_[place].uri, rules_[place].match, uri)) return decision_of(place, action);
    }
    return Decision{};
}

Decision RolePermissions::decide(Action action, std::string_view uri, MatchPolicy match) const {
    if (match == MatchPolicy::exact) return decide(action, uri);
    // Rules before the one that covers the pattern are more specific: they decide for the part of
    // it that they take.
    const PermissionRule* refusing = nullptr;
    for (std::size_t place = 0; place < rules_.size(); ++place) {
        const PermissionRule& rule = rules_[place];
        if (covers(rule.uri, rule.match, uri, match)) {
            Decision decision = decision_of(place, action);
            if (decision.is_allowed && refusing != nullptr) {
                decision.is_allowed = false;
                decision.rule = refusing;
            }
            return decision;
        }
        const bool is_refused = !rule.allow[static_cast<unsigned>(action)];
        if (refusing == nullptr && is_refused && meets(rule, uri, match)) refusing = &rule;
    }
    return Decision{false, Disclose::on_request, refusing};
}

bool RolePermissions::has_same_rules(const RolePermissions& other) const {
    return std::equal(rules_.begin(), rules_.end(), other.rules_.begin(), other.rules_.end(),
                      is_same_rule);
}

}  // namespace kreisel
