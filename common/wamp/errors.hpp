#pragma once
// Every predefined WAMP URI that Kreisel sends or knows, once.
// Source: rfc/text/basic/uri_reference and rfc/text/advanced/uris.

#include <string_view>

/// URIs of errors and of the reasons for which sessions end.
namespace kreisel::uris {

// Interaction
/// A URI, or a pattern for its match policy, is not well-formed.
inline constexpr std::string_view invalid_uri = "wamp.error.invalid_uri";
/// Nobody provides the procedure.
inline constexpr std::string_view no_such_procedure = "wamp.error.no_such_procedure";
/// Somebody provides the procedure already, and not by sharing it.
inline constexpr std::string_view procedure_already_exists = "wamp.error.procedure_already_exists";
/// UNREGISTER of what is not, or no longer, registered by this session.
inline constexpr std::string_view no_such_registration = "wamp.error.no_such_registration";
/// UNSUBSCRIBE of what is not, or no longer, subscribed to by this session.
inline constexpr std::string_view no_such_subscription = "wamp.error.no_such_subscription";
/// The arguments are not what the procedure takes.
inline constexpr std::string_view invalid_argument = "wamp.error.invalid_argument";
/// The caller gave the call up, or its callee went.
inline constexpr std::string_view canceled = "wamp.error.canceled";
/// The time of a call or of its next part is over.
inline constexpr std::string_view timeout = "wamp.error.timeout";
/// The callee cannot take the call now; another may.
inline constexpr std::string_view unavailable = "wamp.error.unavailable";
/// None of the callees of a shared registration can take the call now.
inline constexpr std::string_view no_available_callee = "wamp.error.no_available_callee";
/// The peer did not announce what was asked of it.
inline constexpr std::string_view feature_not_supported = "wamp.error.feature_not_supported";
/// The message is longer than the receiver takes.
inline constexpr std::string_view payload_size_exceeded = "wamp.error.payload_size_exceeded";
/// An option that is known, but not here or not for this session.
inline constexpr std::string_view option_not_allowed = "wamp.error.option_not_allowed";
/// The router does not let callers or publishers disclose themselves.
inline constexpr std::string_view disclose_me_disallowed =
    "wamp.error.option_disallowed.disclose_me";
/// Meta API: there is no session of that id.
inline constexpr std::string_view no_such_session = "wamp.error.no_such_session";
/// Meta API: a session ended because its connection did.
inline constexpr std::string_view network_failure = "wamp.error.network_failure";
/// A procedure failed with what is no WAMP error; it is not told with what.
inline constexpr std::string_view runtime_error = "wamp.error.runtime_error";
/// Ours: a limit of the realm or session is reached (subscriptions, registrations, pending calls).
inline constexpr std::string_view limit_exceeded = "wamp.error.limit_exceeded";
/// Ours: the session sends more calls than its limits of messages and bytes a second allow.
inline constexpr std::string_view rate_limited = "wamp.error.rate_limited";
/// Crossbar.io's: the subscription exists, its events are not kept.
inline constexpr std::string_view history_unavailable = "wamp.error.history_unavailable";
/// Ours: an event was to be kept and could not be stored.
inline constexpr std::string_view storage_failed = "wamp.error.storage_failed";
/// Reason of a revocation: another session registered with force_reregister.
inline constexpr std::string_view taken_over = "wamp.error.taken_over";

// Log-in
/// HELLO of a realm that the router has not.
inline constexpr std::string_view no_such_realm = "wamp.error.no_such_realm";
/// The role that a log-in leads to does not exist.
inline constexpr std::string_view no_such_role = "wamp.error.no_such_role";
/// The realm knows no user of that name.
inline constexpr std::string_view no_such_principal = "wamp.error.no_such_principal";
/// The router offers the user none of the methods that the client offered.
inline constexpr std::string_view no_matching_auth_method = "wamp.error.no_matching_auth_method";
/// The realm lets nobody in without a log-in.
inline constexpr std::string_view authentication_required = "wamp.error.authentication_required";
/// A wrong secret, or a user that is not allowed in.
inline constexpr std::string_view authentication_denied = "wamp.error.authentication_denied";
/// A log-in that could not be judged: malformed, or its judge does not answer.
inline constexpr std::string_view authentication_failed = "wamp.error.authentication_failed";

// Authorization
/// No rule lets this session do that with this URI.
inline constexpr std::string_view not_authorized = "wamp.error.not_authorized";
/// Nobody could say whether this session may: its judge does not answer.
inline constexpr std::string_view authorization_failed = "wamp.error.authorization_failed";

// Session
/// A message that is malformed or not due; the session ends.
inline constexpr std::string_view protocol_violation = "wamp.error.protocol_violation";
/// The router stops.
inline constexpr std::string_view close_system_shutdown = "wamp.close.system_shutdown";
/// The realm is closed.
inline constexpr std::string_view close_realm = "wamp.close.close_realm";
/// A session is left in peace.
inline constexpr std::string_view close_normal = "wamp.close.normal";
/// Ours: the client logs out; its cookie is to stand for nobody any more.
inline constexpr std::string_view close_logout = "wamp.close.logout";
/// Somebody ended the session by the meta API.
inline constexpr std::string_view close_killed = "wamp.close.killed";
/// The answer to GOODBYE.
inline constexpr std::string_view goodbye_and_out = "wamp.close.goodbye_and_out";

}  // namespace kreisel::uris
