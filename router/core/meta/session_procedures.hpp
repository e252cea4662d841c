#pragma once
// wamp.session.*: rfc/text/advanced/meta_api_sessions.

#include "router/core/meta/meta_procedure.hpp"

#include <span>

namespace kreisel {

[[nodiscard]] std::span<const MetaProcedure> session_procedures();

}  // namespace kreisel
