#pragma once
// Which known client a HELLO comes from, by what it says of itself. Pure; any thread.

#include "common/wamp/value.hpp"
#include "router/core/quirks.hpp"

namespace kreisel {

/// The quirks of the client that sent HELLO with these details; none for an unknown one.
[[nodiscard]] ClientQuirks quirks_of(const Dict& hello);

}  // namespace kreisel
