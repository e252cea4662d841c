#pragma once
// What the meta API tells about a session, a registration and a subscription
// (rfc/text/advanced/meta_api_*), in its procedures and its events alike. Pure functions.

#include "common/wamp/value.hpp"

namespace kreisel {

struct Registration;
struct Session;
struct Subscription;

/// session, authid, authrole, authmethod, authprovider, transport.
[[nodiscard]] Dict identity_of(const Session& session);
/// The same and what wamp.session.modify_details has added.
[[nodiscard]] Dict details_of(const Session& session);
/// id, created, uri, match, invoke.
[[nodiscard]] Dict details_of(const Registration& registration);
/// id, created, uri, match.
[[nodiscard]] Dict details_of(const Subscription& subscription);

/// Whether `key` of a session's details is the router's word, which nobody may change.
[[nodiscard]] bool is_identity(std::string_view key);

}  // namespace kreisel
