#pragma once
// DynamicAnswer: what the callee of a dynamic authenticator says of a user, read from its RESULT.
// The words are those of Crossbar.io, so that its authenticators work here
// (docs/dynamic-authenticators.md). Pure.

#include "common/wamp/value.hpp"
#include "router/access/realm_access.hpp"

#include <tl/expected.hpp>

#include <string>

namespace kreisel {

struct DynamicAnswer {
    std::string authid;  ///< empty: whoever HELLO names
    UserCredentials credentials;
    Dict authextra;  ///< for WELCOME
};

/// What is wrong with an answer, in words for the log.
using DynamicResult = tl::expected<DynamicAnswer, std::string>;

/// Reads an answer to a log-in by `method` to `realm`: a role, or a dict of what is known.
[[nodiscard]] DynamicResult read_dynamic_answer(const Value& answer, AuthMethod method,
                                                std::string_view realm);

}  // namespace kreisel
