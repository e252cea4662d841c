#pragma once
// Every predefined WAMP URI that Kreisel sends or knows, once.
// Source: rfc/text/basic/uri_reference and rfc/text/advanced/uris.

#include <string_view>

namespace kreisel::uris {

// Interaction
inline constexpr std::string_view invalid_uri = "wamp.error.invalid_uri";
inline constexpr std::string_view no_such_procedure = "wamp.error.no_such_procedure";
inline constexpr std::string_view procedure_already_exists = "wamp.error.procedure_already_exists";
inline constexpr std::string_view no_such_registration = "wamp.error.no_such_registration";
inline constexpr std::string_view no_such_subscription = "wamp.error.no_such_subscription";
inline constexpr std::string_view invalid_argument = "wamp.error.invalid_argument";
inline constexpr std::string_view canceled = "wamp.error.canceled";
inline constexpr std::string_view timeout = "wamp.error.timeout";
inline constexpr std::string_view unavailable = "wamp.error.unavailable";
inline constexpr std::string_view no_available_callee = "wamp.error.no_available_callee";
inline constexpr std::string_view feature_not_supported = "wamp.error.feature_not_supported";
inline constexpr std::string_view payload_size_exceeded = "wamp.error.payload_size_exceeded";
inline constexpr std::string_view option_not_allowed = "wamp.error.option_not_allowed";
inline constexpr std::string_view disclose_me_disallowed =
    "wamp.error.option_disallowed.disclose_me";
inline constexpr std::string_view no_such_session = "wamp.error.no_such_session";
inline constexpr std::string_view network_failure = "wamp.error.network_failure";
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
inline constexpr std::string_view no_such_realm = "wamp.error.no_such_realm";
inline constexpr std::string_view no_such_role = "wamp.error.no_such_role";
inline constexpr std::string_view no_such_principal = "wamp.error.no_such_principal";
inline constexpr std::string_view no_matching_auth_method = "wamp.error.no_matching_auth_method";
inline constexpr std::string_view authentication_required = "wamp.error.authentication_required";
inline constexpr std::string_view authentication_denied = "wamp.error.authentication_denied";
inline constexpr std::string_view authentication_failed = "wamp.error.authentication_failed";

// Authorization
inline constexpr std::string_view not_authorized = "wamp.error.not_authorized";
inline constexpr std::string_view authorization_failed = "wamp.error.authorization_failed";

// Session
inline constexpr std::string_view protocol_violation = "wamp.error.protocol_violation";
inline constexpr std::string_view close_system_shutdown = "wamp.close.system_shutdown";
inline constexpr std::string_view close_realm = "wamp.close.close_realm";
inline constexpr std::string_view close_normal = "wamp.close.normal";
/// Ours: the client logs out; its cookie is to stand for nobody any more.
inline constexpr std::string_view close_logout = "wamp.close.logout";
inline constexpr std::string_view close_killed = "wamp.close.killed";
inline constexpr std::string_view goodbye_and_out = "wamp.close.goodbye_and_out";

}  // namespace kreisel::uris
