#pragma once
// wamp.session.add_testament and flush_testaments: rfc/text/advanced/pubsub_testament.

#include "router/core/meta/meta_procedure.hpp"

#include <span>

namespace kreisel {

[[nodiscard]] std::span<const MetaProcedure> testament_procedures();

}  // namespace kreisel
