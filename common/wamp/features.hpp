#pragma once
// Roles and features as they are announced in HELLO and WELCOME (rfc/text/advanced/features).
// A bit set per role, so that a check on the hot path is one instruction.

#include "common/wamp/value.hpp"

#include <cstdint>
#include <string_view>

namespace kreisel {

enum class Role : std::uint8_t { publisher, subscriber, caller, callee };
inline constexpr unsigned role_count = 4;

enum class Feature : std::uint8_t {
    call_canceling,
    call_reroute,
    call_timeout,
    call_trustlevels,
    caller_identification,
    event_history,
    event_retention,
    pattern_based_registration,
    pattern_based_subscription,
    payload_passthru_mode,
    progressive_call_invocations,
    progressive_call_results,
    publication_trustlevels,
    publisher_exclusion,
    publisher_identification,
    registration_meta_api,
    registration_revocation,
    session_meta_api,
    sharded_registration,
    sharded_subscription,
    shareded_subscriptions,  ///< the same, in the spelling of the text
    shared_registration,
    subscriber_blackwhite_listing,
    subscription_meta_api,
    subscription_revocation,
    testament_meta_api,
};

[[nodiscard]] std::string_view to_text(Role role);
[[nodiscard]] std::string_view to_text(Feature feature);

/// What a client announced in HELLO.Details.roles.
class ClientRoles {
  public:
    /// Reads `roles`; unknown roles and features are passed over, and so is a role without
    /// features.
    [[nodiscard]] static ClientRoles read(const Dict& roles);

    [[nodiscard]] bool has(Role role) const { return (roles_ & bit(role)) != 0; }
    [[nodiscard]] bool has(Role role, Feature feature) const {
        return (features_[static_cast<unsigned>(role)] & bit(feature)) != 0;
    }
    /// True iff no role at all was announced.
    [[nodiscard]] bool empty() const { return roles_ == 0; }
    void add(Role role) { roles_ = static_cast<std::uint8_t>(roles_ | bit(role)); }
    void add(Role role, Feature feature) {
        add(role);
        features_[static_cast<unsigned>(role)] |= bit(feature);
    }

    void add_if_present(Role role, Feature feature) {
        if (has(role)) add(role, feature);
    }

  private:
    [[nodiscard]] static std::uint8_t bit(Role role) {
        return static_cast<std::uint8_t>(1U << static_cast<unsigned>(role));
    }
    [[nodiscard]] static std::uint32_t bit(Feature feature) {
        return std::uint32_t{1} << static_cast<unsigned>(feature);
    }

    std::uint8_t roles_ = 0;
    std::uint32_t features_[role_count] = {};
};

/// WELCOME.Details.roles of the router: exactly what works, booleans only.
[[nodiscard]] Dict router_roles();

}  // namespace kreisel
