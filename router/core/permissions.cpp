#include "router/core/permissions.hpp"

#include "router/core/placeholders.hpp"

#include <algorithm>
#include <utility>

namespace kreisel {

namespace {

RuleVerdict verdict_of(const Decision& decision) {
    if (decision.is_allowed) return RuleVerdict::allowed;
    return decision.is_asked ? RuleVerdict::asked : RuleVerdict::denied;
}

}  // namespace

RolePermissions::RolePermissions(std::vector<PermissionRule> rules, RoleTraits traits)
    : rules_(std::move(rules)), traits_(std::move(traits)) {
    std::stable_sort(rules_.begin(), rules_.end(), is_more_specific);
    for (std::size_t place = 0; place < rules_.size(); ++place) {
        const PermissionRule& rule = rules_[place];
        if (rule.disclose != Disclose::on_request) has_disclosure_ = true;
        if (has_placeholder(rule.uri)) {
            has_placeholders_ = true;
            continue;
        }
        if (!TopicIndex::takes(rule.uri, rule.match)) {
            beyond_index_.push_back(place);
            continue;
        }
        // Of two rules for one pattern the first counts.
        if (index_.find(rule.uri, rule.match) != TopicIndex::no_entry) continue;
        index_.insert(rule.uri, rule.match, static_cast<TopicIndex::Entry>(place));
    }
}

Decision RolePermissions::decision_of(const PermissionRule& rule, Action action) const {
    const RuleVerdict verdict = kreisel::verdict_of(rule, action);
    return Decision{verdict == RuleVerdict::allowed, rule.disclose, &rule,
                    verdict == RuleVerdict::asked && !traits_.authorizer.empty()};
}

Decision RolePermissions::decide(Action action, std::string_view uri) const {
    const TopicIndex::Entry rule = index_.find_best(uri);
    if (rule != TopicIndex::no_entry) return decision_of(rules_[rule], action);
    for (const std::size_t place : beyond_index_) {
        if (matches(rules_[place].uri, rules_[place].match, uri)) {
            return decision_of(rules_[place], action);
        }
    }
    return undecided();
}

Decision RolePermissions::decide(Action action, std::string_view uri, MatchPolicy match) const {
    if (match == MatchPolicy::exact) return decide(action, uri);
    std::vector<const PermissionRule*> rules;
    rules.reserve(rules_.size());
    for (const PermissionRule& rule : rules_) {
        if (!has_placeholders_ || !has_placeholder(rule.uri)) rules.push_back(&rule);
    }
    return decide(action, uri, match, rules);
}

Decision RolePermissions::decide(Action action, std::string_view uri, MatchPolicy match,
                                 std::span<const PermissionRule* const> rules) const {
    // Rules before the one that covers the pattern are more specific: they decide for the part of
    // it that they take.
    Decision least{true, Disclose::on_request, nullptr, false};
    Decision whole = undecided();
    for (const PermissionRule* rule : rules) {
        const Decision decision = decision_of(*rule, action);
        if (covers(rule->uri, rule->match, uri, match)) {
            whole = decision;
            break;
        }
        if (verdict_of(decision) < verdict_of(least) && meets(*rule, uri, match)) least = decision;
    }
    const bool has_less = verdict_of(least) < verdict_of(whole);
    if (has_less || (whole.rule == nullptr && least.rule != nullptr &&
                     verdict_of(least) == verdict_of(whole))) {
        whole.rule = least.rule;
    }
    if (has_less) {
        whole.is_allowed = false;
        whole.is_asked = least.is_asked;
    }
    return whole;
}

bool RolePermissions::has_same_rules(const RolePermissions& other) const {
    return traits_.authorizer == other.traits_.authorizer &&
           std::equal(rules_.begin(), rules_.end(), other.rules_.begin(), other.rules_.end(),
                      is_same_rule);
}

Permissions::Permissions(Roles roles) : roles_(std::move(roles)) {
    for (const auto& [name, role] : roles_) {
        const Uri& authorizer = role.traits().authorizer;
        if (!authorizer.empty()) authorizers_.push_back(authorizer);
    }
    std::sort(authorizers_.begin(), authorizers_.end());
    authorizers_.erase(std::unique(authorizers_.begin(), authorizers_.end()), authorizers_.end());
}

}  // namespace kreisel
