#pragma once
// What the simulated world is made of: a small alphabet of URIs and patterns, so that they meet
// often, and the sets of permissions that a run swaps.

#include "common/wamp/match.hpp"
#include "router/core/permissions.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel::sim {

struct PatternChoice {
    std::string uri;
    MatchPolicy match = MatchPolicy::exact;
};

/// A topic or procedure to publish to or call; now and then an invalid or reserved one.
[[nodiscard]] std::string uri_of(std::uint32_t die);
/// A pattern to subscribe to or register; now and then an invalid or reserved one.
[[nodiscard]] PatternChoice pattern_of(std::uint32_t die);

/// URI rules once more, by components instead of by octets.
[[nodiscard]] bool is_well_formed(std::string_view uri, MatchPolicy match, bool is_strict);
[[nodiscard]] bool is_protocol_uri(std::string_view uri);

/// Rules of all roles by version.
using RoleRules = std::map<std::string, std::vector<PermissionRule>>;
inline constexpr std::uint32_t version_count = 3;
[[nodiscard]] const RoleRules& rules_of(std::uint32_t version);

/// Judges by trying: all rules for a URI, and all URIs of the alphabet for a pattern.
struct Judgement {
    bool is_allowed = false;
    Disclose disclose = Disclose::on_request;
};
[[nodiscard]] Judgement judge(const std::vector<PermissionRule>& rules, Action action,
                              std::string_view uri);
[[nodiscard]] bool is_pattern_allowed(const std::vector<PermissionRule>& rules, Action action,
                                      const PatternChoice& pattern);

}  // namespace kreisel::sim
