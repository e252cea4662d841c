#pragma once
// wamp.authorization.purge: Kreisel's own.

#include "router/core/meta/meta_procedure.hpp"

#include <span>

namespace kreisel {

[[nodiscard]] std::span<const MetaProcedure> authorization_procedures();

}  // namespace kreisel
