#pragma once
// Match policies of subscriptions and registrations (rfc/text/advanced/pubsub_pattern_based_
// subscription, rpc_pattern_based_registration): exact, prefix (a plain string prefix) and wildcard
// (an empty component stands for exactly one component).

#include <cstdint>
#include <optional>
#include <string_view>

namespace kreisel {

/// How the URI of a subscription or registration takes others.
enum class MatchPolicy : std::uint8_t {
    exact,    ///< only itself
    prefix,   ///< all that begin with it, letter by letter
    wildcard  ///< an empty component takes any one component: `com..heat`
};

/// `exact`, `prefix`, `wildcard`, as in options.
[[nodiscard]] std::string_view to_text(MatchPolicy policy);
/// The policy of that name, or nothing.
[[nodiscard]] std::optional<MatchPolicy> match_policy_of(std::string_view text);

/// Whether `pattern` under `policy` takes `uri`.
[[nodiscard]] bool matches(std::string_view pattern, MatchPolicy policy, std::string_view uri);

/// Whether every URI that `inner` takes is taken by `outer` too: the question behind "may this role
/// subscribe to that pattern".
[[nodiscard]] bool covers(std::string_view outer, MatchPolicy outer_policy, std::string_view inner,
                          MatchPolicy inner_policy);

}  // namespace kreisel
