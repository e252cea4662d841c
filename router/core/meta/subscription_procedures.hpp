#pragma once
// wamp.subscription.*: rfc/text/advanced/meta_api_subscriptions, and remove_subscriber
// (rfc/text/advanced/pubsub_subscription_revocation).

#include "router/core/meta/meta_procedure.hpp"

#include <span>

namespace kreisel {

[[nodiscard]] std::span<const MetaProcedure> subscription_procedures();

}  // namespace kreisel
