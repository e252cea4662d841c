#pragma once
// Identity: who a session is in its realm, as the router said in WELCOME.

#include "common/wamp/ids.hpp"
#include "common/wamp/value.hpp"

#include <string>

namespace kreisel::client {

/// Who the session is in its realm (rfc/text/basic/sessions: WELCOME).
struct Identity {
    SessionId session;           ///< its id; 0 before the first WELCOME
    std::string realm{};         ///< the realm it joined
    std::string authid{};        ///< whom the router takes it for; its choice for anonymous
    std::string authrole{};      ///< the role that decides what it may do
    std::string authmethod{};    ///< how it logged in: `anonymous`, `ticket`, ...
    std::string authprovider{};  ///< which part of the router took the log-in
    /// All that WELCOME.Details said.
    Dict details{};
};

}  // namespace kreisel::client
