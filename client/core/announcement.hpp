#pragma once
// What this library announces in HELLO.Details.roles: exactly what it does.

#include "common/wamp/value.hpp"

namespace kreisel::client {

/// `roles` with the features of each.
[[nodiscard]] Dict client_roles();

}  // namespace kreisel::client
