#include "router/core/session_permissions.hpp"

#include <algorithm>
#include <utility>

namespace kreisel {

namespace {

/// Whether `own` decides where `general` would: rules that are written out come first among equals.
bool outranks(const FilledRule& own, const PermissionRule& general) {
    if (is_more_specific(own.rule, general)) return true;
    return own.is_barrier && !is_more_specific(general, own.rule);
}

bool comes_before(const FilledRule& a, const FilledRule& b) {
    if (is_more_specific(a.rule, b.rule)) return true;
    return a.is_barrier && !b.is_barrier && !is_more_specific(b.rule, a.rule);
}

}  // namespace

SessionPermissions::SessionPermissions(const RolePermissions* role, const PlaceholderValues& values)
    : role_(role) {
    if (role_ == nullptr || !role_->has_placeholders()) return;
    std::vector<FilledRule> own;
    for (const PermissionRule& rule : role_->rules()) {
        if (has_placeholder(rule.uri)) own.push_back(fill(rule, values));
    }
    std::stable_sort(own.begin(), own.end(), comes_before);
    own_ = std::make_unique<const std::vector<FilledRule>>(std::move(own));
}

Decision SessionPermissions::decide_with_own(Action action, std::string_view uri) const {
    const Decision general = role_->decide(action, uri);
    for (const FilledRule& own : *own_) {
        if (general.rule != nullptr && !outranks(own, *general.rule)) continue;
        if (matches(own.rule.uri, own.rule.match, uri)) return role_->decision_of(own.rule, action);
    }
    return general;
}

Decision SessionPermissions::decide(Action action, std::string_view uri, MatchPolicy match) const {
    if (role_ == nullptr) return Decision{};
    if (match == MatchPolicy::exact) return decide(action, uri);
    if (own_ == nullptr) return role_->decide(action, uri, match);
    std::vector<const PermissionRule*> rules;
    auto own = own_->begin();
    for (const PermissionRule& rule : role_->rules()) {
        if (has_placeholder(rule.uri)) continue;
        while (own != own_->end() && outranks(*own, rule)) rules.push_back(&(own++)->rule);
        rules.push_back(&rule);
    }
    while (own != own_->end()) rules.push_back(&(own++)->rule);
    return role_->decide(action, uri, match, rules);
}

bool SessionPermissions::may_keep(const SessionPermissions& before, Action action,
                                  std::string_view uri, MatchPolicy match) const {
    const Decision decision = decide(action, uri, match);
    if (decision.is_allowed || !decision.is_asked) return decision.is_allowed;
    return before.authorizer() == authorizer() && before.decide(action, uri, match).is_asked;
}

const Uri& SessionPermissions::authorizer() const {
    static const Uri none;
    return role_ == nullptr ? none : role_->traits().authorizer;
}

}  // namespace kreisel
