#pragma once
// Payload passthru mode (rfc/text/advanced/payload_passthru_mode): the attributes by which two
// clients agree on a payload that the router does not read. Pure.
//
//     if (is_passthru(call.options) && !knows_passthru(callee.roles, Role::callee)) ...
//     forward_passthru(call.options, invocation.details);

#include "common/wamp/features.hpp"
#include "common/wamp/value.hpp"

namespace kreisel {

/// Whether there is a ppt_scheme that is not empty.
[[nodiscard]] bool has_scheme(const Dict& options);

/// Whether the mode is on. Costs nothing without options.
[[nodiscard]] inline bool is_passthru(const Dict& options) {
    return !options.empty() && has_scheme(options);
}

void append_passthru(const Dict& from, Dict& to);

/// Appends the attributes of `from` as they are, if the mode is on.
inline void forward_passthru(const Dict& from, Dict& to) {
    if (is_passthru(from)) append_passthru(from, to);
}

/// Takes all attributes of the mode out of `details`.
void erase_passthru(Dict& details);

/// Whether a client takes part in the mode in this role, sending or receiving.
[[nodiscard]] inline bool knows_passthru(const ClientRoles& roles, Role role) {
    return roles.has(role, Feature::payload_passthru_mode);
}

}  // namespace kreisel
