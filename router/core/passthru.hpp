#pragma once
// Payload passthru mode (rfc/text/advanced/payload_passthru_mode): the attributes by which two
// clients agree on a payload that the router does not read. Pure.
//
//     if (is_passthru(call.options) && !knows_passthru(callee.roles, Role::callee)) ...
//     forward_passthru(call.options, invocation.details);

#include "common/wamp/features.hpp"
#include "common/wamp/value.hpp"

namespace kreisel {

/// Whether the mode is on: a ppt_scheme that is not empty.
[[nodiscard]] bool is_passthru(const Dict& options);

/// Appends the attributes of `from` as they are, if the mode is on; costs nothing without options.
void forward_passthru(const Dict& from, Dict& to);

/// Takes all attributes of the mode out of `details`.
void erase_passthru(Dict& details);

/// Whether a client takes part in the mode in this role, sending or receiving.
[[nodiscard]] inline bool knows_passthru(const ClientRoles& roles, Role role) {
    return roles.has(role, Feature::payload_passthru_mode);
}

}  // namespace kreisel
