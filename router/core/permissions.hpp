#pragma once
// Static permissions: role x URI pattern x action, most specific rule wins, nothing allowed unless
// a rule allows it (rfc/text/advanced/authorization).
//
// An immutable snapshot, shared by the ingress of every session and by the realm; a reload makes a
// new one. Any thread.

#include "common/wamp/match.hpp"
#include "common/wamp/uri.hpp"
#include "router/core/limits.hpp"
#include "router/core/topic_index.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kreisel {

enum class Action : std::uint8_t { publish, subscribe, call, register_ };
inline constexpr unsigned action_count = 4;

[[nodiscard]] std::string_view to_text(Action action);

enum class Disclose : std::uint8_t {
    on_request,  ///< the caller's or publisher's identity is given if it asked with disclose_me
    always,      ///< always given
    never        ///< disclose_me is refused with wamp.error.option_disallowed.disclose_me
};

/// Whether an identity is given that was asked for (`is_wanted`) or not, under a rule.
[[nodiscard]] constexpr bool is_disclosed(Disclose rule, bool is_wanted) {
    return rule == Disclose::always || (rule == Disclose::on_request && is_wanted);
}

/// One line of a role's permissions in realms.yaml.
struct PermissionRule {
    Uri uri;
    MatchPolicy match = MatchPolicy::exact;
    bool allow[action_count] = {};  ///< indexed by Action
    Disclose disclose = Disclose::on_request;
    /// Where it stands, for logs and `kreisel explain`: "realms.yaml:17".
    std::string origin;
};

struct Decision {
    bool is_allowed = false;
    Disclose disclose = Disclose::on_request;
    /// The rule that decided, or nullptr if none matched.
    const PermissionRule* rule = nullptr;
};

/// Rules of one role.
///
/// The most specific rule is the exact one, else the longest prefix, else the wildcard whose
/// literal components reach farthest, as for registrations
/// (rfc/text/advanced/rpc_pattern_based_registration).
class RolePermissions {
  public:
    RolePermissions() = default;
    /// `limits`: instead of the realm's; nullptr: the realm's.
    explicit RolePermissions(std::vector<PermissionRule> rules,
                             std::optional<std::uint32_t> trust_level = std::nullopt,
                             std::shared_ptr<const RealmLimits> limits = nullptr);

    [[nodiscard]] Decision decide(Action action, std::string_view uri) const;
    /// For a pattern subscription or registration: allowed iff the most specific rule that covers
    /// the whole pattern allows it and no rule that takes a part of it denies that part.
    [[nodiscard]] Decision decide(Action action, std::string_view uri, MatchPolicy match) const;
    /// Decision::disclose of decide(action, uri); costs nothing while no rule says anything but
    /// on_request.
    [[nodiscard]] Disclose disclosure(Action action, std::string_view uri) const {
        return has_disclosure_ ? decide(action, uri).disclose : Disclose::on_request;
    }
    /// How far what the role publishes and calls is to be trusted; nothing is told if absent
    /// (rfc/text/advanced/pubsub_publication_trustlevels, rpc_call_trustlevels).
    [[nodiscard]] std::optional<std::uint32_t> trust_level() const { return trust_level_; }
    /// Limits of the role's sessions; nullptr: those of the realm.
    [[nodiscard]] const RealmLimits* limits() const { return limits_.get(); }
    /// Most specific first.
    [[nodiscard]] const std::vector<PermissionRule>& rules() const { return rules_; }
    /// Whether `other` decides the same everywhere because its rules are the same; where they stand
    /// does not count.
    [[nodiscard]] bool has_same_rules(const RolePermissions& other) const;

  private:
    [[nodiscard]] Decision decision_of(std::size_t rule, Action action) const;

    std::vector<PermissionRule> rules_;
    TopicIndex index_;  ///< pattern -> place in rules_
    /// Places in rules_ of wildcards too long for the index.
    std::vector<std::size_t> beyond_index_;
    bool has_disclosure_ = false;
    std::optional<std::uint32_t> trust_level_;
    std::shared_ptr<const RealmLimits> limits_;
};

/// All roles of one realm.
class Permissions {
  public:
    using Roles = std::unordered_map<std::string, RolePermissions>;
    Permissions() = default;
    explicit Permissions(Roles roles) : roles_(std::move(roles)) {}

    /// The role's rules, or nullptr if there is no such role.
    [[nodiscard]] const RolePermissions* find_role(const std::string& role) const {
        const auto found = roles_.find(role);
        return found == roles_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] const Roles& roles() const { return roles_; }

  private:
    Roles roles_;
};

using PermissionsPtr = std::shared_ptr<const Permissions>;

}  // namespace kreisel
