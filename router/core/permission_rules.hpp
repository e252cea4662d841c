#pragma once
// Rules of a role (rfc/text/advanced/authorization): what one says, and which of two decides. Pure
// functions.

#include "common/wamp/match.hpp"
#include "common/wamp/uri.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace kreisel {

enum class Action : std::uint8_t { publish, subscribe, call, register_ };
inline constexpr unsigned action_count = 4;

[[nodiscard]] std::string_view to_text(Action action);

/// In the order of what wins where several rules take a part of a pattern each.
enum class RuleVerdict : std::uint8_t { denied, asked, allowed };

enum class Disclose : std::uint8_t {
    on_request,  ///< the caller's or publisher's identity is given if it asked with disclose_me
    always,      ///< always given
    never        ///< disclose_me is refused with wamp.error.option_disallowed.disclose_me
};

/// Whether an identity is given that was asked for (`is_wanted`) or not, under a rule.
[[nodiscard]] constexpr bool is_disclosed(Disclose rule, bool is_wanted) {
    return rule == Disclose::always || (rule == Disclose::on_request && is_wanted);
}

/// One line of a role's permissions in realms.yaml. Its URI may have placeholders.
struct PermissionRule {
    Uri uri;
    MatchPolicy match = MatchPolicy::exact;
    bool allow[action_count] = {};  ///< indexed by Action
    /// What is not allowed but for the authorizer to say, in a role that has one.
    bool ask[action_count] = {};
    Disclose disclose = Disclose::on_request;
    /// Where it stands, for logs and `kreisel explain`: "realms.yaml:17".
    std::string origin;
};

[[nodiscard]] RuleVerdict verdict_of(const PermissionRule& rule, Action action);

/// The most specific rule is the exact one, else the longest prefix, else the wildcard whose
/// literal components reach farthest, as for registrations
/// (rfc/text/advanced/rpc_pattern_based_registration).
[[nodiscard]] bool is_more_specific(const PermissionRule& a, const PermissionRule& b);
/// Whether some URI is taken by `rule` and by the pattern too.
[[nodiscard]] bool meets(const PermissionRule& rule, std::string_view pattern, MatchPolicy policy);
/// Whether both say the same of the same; where they stand does not count.
[[nodiscard]] bool is_same_rule(const PermissionRule& a, const PermissionRule& b);

}  // namespace kreisel
