#pragma once
// wamp.reflection.* and wamp.reflect.*: rfc/text/advanced/interface_reflection.

#include "router/core/meta/meta_procedure.hpp"

#include <span>

namespace kreisel {

[[nodiscard]] std::span<const MetaProcedure> reflection_procedures();

}  // namespace kreisel
