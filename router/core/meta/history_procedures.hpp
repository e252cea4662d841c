#pragma once
// wamp.subscription.get_events: rfc/text/advanced/pubsub_event_history.

#include "router/core/meta/meta_procedure.hpp"

#include <span>

namespace kreisel {

[[nodiscard]] std::span<const MetaProcedure> history_procedures();

}  // namespace kreisel
