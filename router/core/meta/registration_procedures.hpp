#pragma once
// wamp.registration.*: rfc/text/advanced/meta_api_registrations, and remove_callee
// (rfc/text/advanced/rpc_registration_revocation).

#include "router/core/meta/meta_procedure.hpp"

#include <span>

namespace kreisel {

[[nodiscard]] std::span<const MetaProcedure> registration_procedures();

}  // namespace kreisel
