#pragma once
// Static permissions: role x URI pattern x action, most specific rule wins, nothing allowed unless
// a rule allows it (rfc/text/advanced/authorization).
//
// An immutable snapshot, shared by the ingress of every session and by the realm; a reload makes a
// new one. Any thread.

#include "router/core/limits.hpp"
#include "router/core/permission_rules.hpp"
#include "router/core/topic_index.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kreisel {

struct Decision {
    bool is_allowed = false;
    Disclose disclose = Disclose::on_request;
    /// The rule that decided, or nullptr if none matched.
    const PermissionRule* rule = nullptr;
    /// Not allowed by any rule, and the authorizer has the last word.
    bool is_asked = false;
};

/// What a role has besides its rules.
struct RoleTraits {
    /// How far what the role publishes and calls is to be trusted; nothing is told if absent
    /// (rfc/text/advanced/pubsub_publication_trustlevels, rpc_call_trustlevels).
    std::optional<std::uint32_t> trust_level{};
    /// Procedure of the realm that decides where no rule does; empty: what no rule takes is
    /// forbidden.
    Uri authorizer{};
    /// Limits of the role's sessions; nullptr: those of the realm.
    std::shared_ptr<const RealmLimits> limits{};
};

/// Rules of one role. Those with placeholders count for SessionPermissions only, which fills them
/// in.
class RolePermissions {
  public:
    RolePermissions() = default;
    explicit RolePermissions(std::vector<PermissionRule> rules, RoleTraits traits = {});

    [[nodiscard]] Decision decide(Action action, std::string_view uri) const;
    /// For a pattern subscription or registration: what the most specific rule that covers the
    /// whole pattern says, unless a rule that takes a part of it says less.
    [[nodiscard]] Decision decide(Action action, std::string_view uri, MatchPolicy match) const;
    /// The same by `rules`, most specific first, instead of the role's own.
    [[nodiscard]] Decision decide(Action action, std::string_view uri, MatchPolicy match,
                                  std::span<const PermissionRule* const> rules) const;
    /// What this very rule says.
    [[nodiscard]] Decision decision_of(const PermissionRule& rule, Action action) const;

    /// Decision::disclose of decide(action, uri); costs nothing while no rule says anything but
    /// on_request.
    [[nodiscard]] Disclose disclosure(Action action, std::string_view uri) const {
        return has_disclosure_ ? decide(action, uri).disclose : Disclose::on_request;
    }
    /// Whether any rule says anything but on_request.
    [[nodiscard]] bool has_disclosure() const { return has_disclosure_; }
    [[nodiscard]] bool has_placeholders() const { return has_placeholders_; }
    [[nodiscard]] const RoleTraits& traits() const { return traits_; }
    /// Most specific first.
    [[nodiscard]] const std::vector<PermissionRule>& rules() const { return rules_; }
    /// Whether `other` decides the same everywhere because its rules are the same; where they stand
    /// does not count.
    [[nodiscard]] bool has_same_rules(const RolePermissions& other) const;

  private:
    [[nodiscard]] Decision undecided() const {
        return Decision{false, Disclose::on_request, nullptr, !traits_.authorizer.empty()};
    }

    std::vector<PermissionRule> rules_;
    TopicIndex index_;  ///< pattern -> place in rules_
    /// Places in rules_ of wildcards too long for the index.
    std::vector<std::size_t> beyond_index_;
    bool has_disclosure_ = false;
    bool has_placeholders_ = false;
    RoleTraits traits_;
};

/// All roles of one realm.
class Permissions {
  public:
    using Roles = std::unordered_map<std::string, RolePermissions>;
    Permissions() = default;
    explicit Permissions(Roles roles);

    /// The role's rules, or nullptr if there is no such role.
    [[nodiscard]] const RolePermissions* find_role(const std::string& role) const {
        const auto found = roles_.find(role);
        return found == roles_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] const Roles& roles() const { return roles_; }
    /// The authorizers of all roles, each once.
    [[nodiscard]] const std::vector<Uri>& authorizers() const { return authorizers_; }

  private:
    Roles roles_;
    std::vector<Uri> authorizers_;
};

using PermissionsPtr = std::shared_ptr<const Permissions>;

}  // namespace kreisel
