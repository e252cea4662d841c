#include "common/wamp/features.hpp"

#include <array>

namespace kreisel {

namespace {

constexpr std::array<std::string_view, role_count> role_names = {"publisher", "subscriber",
                                                                 "caller", "callee"};

// In the order of enum Feature.
constexpr std::array<std::string_view, 26> feature_names = {
    "call_canceling",
    "call_reroute",
    "call_timeout",
    "call_trustlevels",
    "caller_identification",
    "event_history",
    "event_retention",
    "pattern_based_registration",
    "pattern_based_subscription",
    "payload_passthru_mode",
    "progressive_call_invocations",
    "progressive_call_results",
    "publication_trustlevels",
    "publisher_exclusion",
    "publisher_identification",
    "registration_meta_api",
    "registration_revocation",
    "session_meta_api",
    "sharded_registration",
    "sharded_subscription",
    "shareded_subscriptions",
    "shared_registration",
    "subscriber_blackwhite_listing",
    "subscription_meta_api",
    "subscription_revocation",
    "testament_meta_api",
};

Dict role_with(std::initializer_list<Feature> features) {
    Dict announced;
    for (const Feature feature : features) {
        announced.append(std::string(to_text(feature)), true);
    }
    // rfc/text/advanced/interface_reflection puts this one beside the features.
    return Dict{{"features", Value(std::move(announced))}, {"reflection", true}};
}

}  // namespace

std::string_view to_text(Role role) { return role_names[static_cast<unsigned>(role)]; }

std::string_view to_text(Feature feature) { return feature_names[static_cast<unsigned>(feature)]; }

ClientRoles ClientRoles::read(const Dict& roles) {
    ClientRoles result;
    for (unsigned r = 0; r < role_count; ++r) {
        const auto role = static_cast<Role>(r);
        const Dict* details = roles.find_dict(role_names[r]);
        if (details == nullptr) continue;
        result.add(role);
        const Dict* features = details->find_dict("features");
        if (features == nullptr) continue;
        for (unsigned f = 0; f < feature_names.size(); ++f) {
            if (features->is_true(feature_names[f])) result.add(role, static_cast<Feature>(f));
        }
        // So rfc/text/advanced/rpc_progressive_call_invocations spells it.
        if (features->is_true("call_cancelling")) result.add(role, Feature::call_canceling);
    }
    return result;
}

Dict router_roles() {
    return Dict{
        {"broker", role_with({Feature::event_history, Feature::event_retention,
                              Feature::pattern_based_subscription, Feature::payload_passthru_mode,
                              Feature::publisher_exclusion, Feature::publisher_identification,
                              Feature::publication_trustlevels, Feature::session_meta_api,
                              Feature::sharded_subscription, Feature::shareded_subscriptions,
                              Feature::subscriber_blackwhite_listing,
                              Feature::subscription_meta_api, Feature::subscription_revocation})},
        {"dealer",
         role_with({Feature::call_canceling, Feature::call_reroute, Feature::call_timeout,
                    Feature::call_trustlevels, Feature::caller_identification,
                    Feature::pattern_based_registration, Feature::payload_passthru_mode,
                    Feature::progressive_call_invocations, Feature::progressive_call_results,
                    Feature::registration_meta_api, Feature::registration_revocation,
                    Feature::session_meta_api, Feature::sharded_registration,
                    Feature::shared_registration, Feature::testament_meta_api})}};
}

}  // namespace kreisel
