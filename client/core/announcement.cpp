#include "client/core/announcement.hpp"

#include "common/wamp/features.hpp"

#include <initializer_list>

namespace kreisel::client {

namespace {

Value role(std::initializer_list<Feature> features) {
    Dict announced;
    for (const Feature feature : features) {
        announced.append(std::string(kreisel::to_text(feature)), true);
    }
    return Dict{{"features", std::move(announced)}};
}

}  // namespace

Dict client_roles() {
    return {
        {"caller",
         role({Feature::call_canceling, Feature::call_timeout, Feature::caller_identification,
               Feature::payload_passthru_mode, Feature::progressive_call_invocations,
               Feature::progressive_call_results, Feature::sharded_registration})},
        {"callee", role({Feature::call_canceling, Feature::call_timeout, Feature::call_trustlevels,
                         Feature::caller_identification, Feature::pattern_based_registration,
                         Feature::payload_passthru_mode, Feature::progressive_call_invocations,
                         Feature::progressive_call_results, Feature::registration_revocation,
                         Feature::sharded_registration, Feature::shared_registration})},
        {"publisher", role({Feature::payload_passthru_mode, Feature::publisher_exclusion,
                            Feature::publisher_identification, Feature::sharded_subscription,
                            Feature::subscriber_blackwhite_listing})},
        {"subscriber", role({Feature::event_retention, Feature::pattern_based_subscription,
                             Feature::payload_passthru_mode, Feature::publication_trustlevels,
                             Feature::publisher_identification, Feature::sharded_subscription,
                             Feature::subscription_revocation})}};
}

}  // namespace kreisel::client
