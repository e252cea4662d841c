#pragma once
// Limits on what sessions may make a realm hold, and how often each was met.
//
// A role may have limits of its own. Serial step, but for building them.

#include "common/base/clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kreisel {

/// Beyond them a request is answered with ERROR wamp.error.limit_exceeded.
struct RealmLimits {
    /// Sessions at a time of one authid that is not anonymous; 0: any number.
    std::uint32_t sessions_per_authid = 0;
    std::uint32_t subscriptions_per_session = 10'000;
    std::uint32_t registrations_per_session = 10'000;
    std::uint32_t pending_calls_per_session = 10'000;
    std::uint32_t testaments_per_session = 100;
    std::uint64_t testament_bytes_per_session = std::uint64_t{256} << 10U;
    /// What wamp.session.modify_details may add.
    std::uint64_t detail_bytes_per_session = std::uint64_t{16} << 10U;
    // What may be defined for reflection; bytes are of URIs and encoded descriptions.
    std::uint32_t definitions_per_session = 1'000;
    std::uint32_t definitions_per_realm = 5'000;
    std::uint32_t definition_bytes_per_session = 1'000'000;
    std::uint32_t definition_bytes_per_realm = 4'000'000;
    /// Calls that wait because all callees of a registration are as busy as they want to be.
    std::uint32_t waiting_calls_per_registration = 1'000;
    /// Of the realm: topics with a retained event, and what all of these take.
    std::uint32_t retained_topics = 10'000;
    std::uint64_t retained_bytes = std::uint64_t{64} << 20;
    /// Requests that wait for the authorizer of the session's role, and what these take.
    std::uint32_t held_requests_per_session = 1'000;
    std::uint64_t held_bytes_per_session = std::uint64_t{1} << 20;
    /// Rulings of the authorizer that may be used again; beyond it the least used one goes.
    std::uint32_t kept_rulings_per_session = 1'000;
    /// Of the realm: how long an authorizer may take.
    Duration authorizer_timeout = std::chrono::seconds{5};

    bool operator==(const RealmLimits&) const = default;
};

/// What is counted when it refuses somebody; named as in realms.yaml.
enum class RealmLimit : std::uint8_t {
    sessions_per_authid,
    subscriptions_per_session,
    registrations_per_session,
    pending_calls_per_session,
    testaments_per_session,
    testament_bytes_per_session,
    detail_bytes_per_session,
    definitions,
    waiting_calls_per_registration,
    retained_events,
    held_requests_per_session,
};
inline constexpr std::size_t realm_limit_count =
    static_cast<std::size_t>(RealmLimit::held_requests_per_session) + 1;
[[nodiscard]] std::string_view to_text(RealmLimit limit);

/// How often each limit of a realm was met.
using RealmLimitCounts = std::array<std::uint64_t, realm_limit_count>;

}  // namespace kreisel
