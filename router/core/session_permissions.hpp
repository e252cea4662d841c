#pragma once
// SessionPermissions: the rules of a role as they are for one session, its placeholders filled in.
//
// Without placeholders this is the role's own decision and costs nothing more. Owned by whoever
// judges for the session (its gate, its realm); the role's rules must outlive it.

#include "router/core/permissions.hpp"
#include "router/core/placeholders.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace kreisel {

class SessionPermissions {
  public:
    /// Nothing is allowed.
    SessionPermissions() = default;
    /// `role` may be nullptr: nothing is allowed. `values` are needed no longer than this takes.
    SessionPermissions(const RolePermissions* role, const PlaceholderValues& values);

    [[nodiscard]] Decision decide(Action action, std::string_view uri) const {
        if (role_ == nullptr) return Decision{};
        return own_ == nullptr ? role_->decide(action, uri) : decide_with_own(action, uri);
    }
    [[nodiscard]] Decision decide(Action action, std::string_view uri, MatchPolicy match) const;
    /// Decision::disclose of decide(action, uri); costs nothing while no rule says anything but
    /// on_request.
    [[nodiscard]] Disclose disclosure(Action action, std::string_view uri) const {
        const bool has_any = role_ != nullptr && role_->has_disclosure();
        return has_any ? decide(action, uri).disclose : Disclose::on_request;
    }
    [[nodiscard]] std::optional<std::uint32_t> trust_level() const {
        return role_ == nullptr ? std::nullopt : role_->traits().trust_level;
    }
    /// Whether a session that was `before` under other rules keeps what it holds: it is allowed, or
    /// was the same authorizer's to allow all the time.
    [[nodiscard]] bool may_keep(const SessionPermissions& before, Action action,
                                std::string_view uri, MatchPolicy match) const;
    /// Empty: the rules alone decide.
    [[nodiscard]] const Uri& authorizer() const;
    [[nodiscard]] const RolePermissions* role() const { return role_; }

  private:
    [[nodiscard]] Decision decide_with_own(Action action, std::string_view uri) const;

    const RolePermissions* role_ = nullptr;
    /// Most specific first; nullptr: the role has no placeholders.
    std::unique_ptr<const std::vector<FilledRule>> own_;
};

}  // namespace kreisel
