#include "router/access/client_quirks.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace kreisel {

namespace {

bool is_wampy(const Dict& hello) {
    const auto agent = hello.find_text("agent");
    return agent && agent->starts_with("Wampy.js");
}

/// Whether the role was announced with these features, all true, and no others.
bool has_exactly(const Dict& roles, std::string_view role,
                 std::initializer_list<std::string_view> wanted) {
    const Dict* details = roles.find_dict(role);
    const Dict* features = details == nullptr ? nullptr : details->find_dict("features");
    return features != nullptr && features->size() == wanted.size() &&
           std::all_of(wanted.begin(), wanted.end(),
                       [features](std::string_view name) { return features->is_true(name); });
}

/// Autobahn|JS names itself nowhere; its features have not changed for years.
bool is_autobahn_js(const Dict& hello) {
    const Dict* roles = hello.find_dict("roles");
    if (hello.has("agent") || roles == nullptr) return false;
    return has_exactly(*roles, "caller",
                       {"caller_identification", "call_canceling", "progressive_call_results"}) &&
           has_exactly(
               *roles, "callee",
               {"caller_identification", "pattern_based_registration", "shared_registration",
                "progressive_call_results", "registration_revocation"});
}

struct KnownClient {
    bool (*fits)(const Dict& hello);
    ClientQuirks quirks;
};

constexpr KnownClient known_clients[] = {
    // Counts on after a reconnect; held to 1, 2, 3 it would never get back in.
    {is_wampy, {.goes_on_from_last_session = true, .has_unannounced_progress = true}},
    {is_autobahn_js, {.forgets_canceled_calls = true}},
};

}  // namespace

ClientQuirks quirks_of(const Dict& hello) {
    for (const KnownClient& client : known_clients) {
        if (client.fits(hello)) return client.quirks;
    }
    return {};
}

}  // namespace kreisel
