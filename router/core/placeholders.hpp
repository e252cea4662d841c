#pragma once
// Placeholders in the URIs of rules: `{authid}`, `{authrole}` and `{session}`, each a whole
// component. Pure functions.
//
//     com.user.{authid}.inbox   for joe   com.user.joe.inbox
//
// A value that is not exactly one component of a URI (empty, or with a dot, white space or `#`; or
// "wamp" at the beginning) could make a rule take more than it means, and a rule that forbids take
// less. For such a session the rule becomes: what begins as it does is forbidden.

#include "common/wamp/ids.hpp"
#include "router/core/permission_rules.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kreisel {

struct PlaceholderValues {
    std::string_view authid;
    std::string_view authrole;
    SessionId session;
};

[[nodiscard]] bool has_placeholder(std::string_view uri);

/// What is wrong with the placeholders of a rule, in words for its author; nothing if all is well.
[[nodiscard]] std::optional<std::string> placeholder_fault(std::string_view uri, MatchPolicy match);
/// The URI with something valid for each placeholder, so that the rest of it can be judged.
[[nodiscard]] Uri without_placeholders(std::string_view uri);

struct FilledRule {
    PermissionRule rule;
    /// A value did not fit: the rule forbids, even before another one of the same pattern.
    bool is_barrier = false;
};
[[nodiscard]] FilledRule fill(const PermissionRule& rule, const PlaceholderValues& values);

}  // namespace kreisel
