#include "router/access/ingress.hpp"

#include "common/codec/codec.hpp"
#include "common/wamp/errors.hpp"
#include "common/wamp/ids.hpp"
#include "router/access/handshake.hpp"
#include "router/access/quoted.hpp"
#include "router/core/passthru.hpp"

namespace kreisel {

namespace {

using Verdict = Admission::Verdict;

Admission violation(std::string text) {
    return {Verdict::violation, make_abort(uris::protocol_violation, text), std::move(text)};
}

Admission error(MessageType type, RequestId request, std::string_view uri, std::string text,
                std::string why) {
    ErrorMessage message{type, request, {}, Uri(uri), make_payload({Value(std::move(text))})};
    return {Verdict::answered, std::move(message), std::move(why)};
}

/// The role a client must have announced to send `type`, or nothing for what it may never send.
std::optional<Role> role_of(MessageType type) {
    switch (type) {
        case MessageType::publish:
            return Role::publisher;
        case MessageType::subscribe:
        case MessageType::unsubscribe:
            return Role::subscriber;
        case MessageType::call:
        case MessageType::cancel:
            return Role::caller;
        case MessageType::register_:
        case MessageType::unregister:
        case MessageType::yield:
        case MessageType::error:
            return Role::callee;
        case MessageType::hello:
        case MessageType::welcome:
        case MessageType::abort:
        case MessageType::challenge:
        case MessageType::authenticate:
        case MessageType::goodbye:
        case MessageType::published:
        case MessageType::subscribed:
        case MessageType::unsubscribed:
        case MessageType::event:
        case MessageType::result:
        case MessageType::registered:
        case MessageType::unregistered:
        case MessageType::invocation:
        case MessageType::interrupt:
        case MessageType::event_received:
            return std::nullopt;
    }
    return std::nullopt;
}

/// Options or details of a message that a client may send with a payload.
const Dict* payload_options(const Message& message) {
    if (const auto* publish = std::get_if<Publish>(&message)) return &publish->options;
    if (const auto* call = std::get_if<Call>(&message)) return &call->options;
    if (const auto* yield = std::get_if<Yield>(&message)) return &yield->options;
    if (const auto* error = std::get_if<ErrorMessage>(&message)) return &error->details;
    return nullptr;
}

/// What a request that names a URI asks for; others have no URI.
struct Request {
    MessageType type = MessageType::call;
    RequestId id;
    Action action = Action::call;
    std::string_view uri;
    MatchPolicy match = MatchPolicy::exact;
    /// The match option has a value that only the core can judge.
    bool is_match_unknown = false;
    /// `wamp.` belongs to the protocol: nobody may publish or register there.
    bool is_reserved_refused = false;
    bool is_answered = true;
};

void read_match(const Dict& options, Request& request) {
    const auto text = options.find_text("match");
    if (!text) return;
    const std::optional<MatchPolicy> policy = match_policy_of(*text);
    request.is_match_unknown = !policy;
    request.match = policy.value_or(MatchPolicy::exact);
}

std::optional<Request> request_of(const Message& message) {
    Request request;
    request.type = type_of(message);
    if (const auto* publish = std::get_if<Publish>(&message)) {
        request.id = publish->request;
        request.action = Action::publish;
        request.uri = publish->topic;
        request.is_reserved_refused = true;
        request.is_answered = publish->options.is_true("acknowledge");
    } else if (const auto* call = std::get_if<Call>(&message)) {
        request.id = call->request;
        request.action = Action::call;
        request.uri = call->procedure;
    } else if (const auto* subscribe = std::get_if<Subscribe>(&message)) {
        request.id = subscribe->request;
        request.action = Action::subscribe;
        request.uri = subscribe->topic;
        read_match(subscribe->options, request);
    } else if (const auto* enrol = std::get_if<Register>(&message)) {
        request.id = enrol->request;
        request.action = Action::register_;
        request.uri = enrol->procedure;
        request.is_reserved_refused = true;
        read_match(enrol->options, request);
    } else {
        return std::nullopt;
    }
    return request;
}

/// The id of a message that counts in the sequence of its session.
std::optional<std::uint64_t> sequenced_id(const Message& message,
                                          const std::optional<Request>& request) {
    if (request) return request->id.value;
    if (const auto* m = std::get_if<Unsubscribe>(&message)) return m->request.value;
    if (const auto* m = std::get_if<Unregister>(&message)) return m->request.value;
    return std::nullopt;
}

EmptyComponents empty_components_of(const Request& request) {
    if (request.is_match_unknown) return EmptyComponents::anywhere;
    switch (request.match) {
        case MatchPolicy::exact:
            return EmptyComponents::none;
        case MatchPolicy::prefix:
            return EmptyComponents::last;
        case MatchPolicy::wildcard:
            return EmptyComponents::anywhere;
    }
    return EmptyComponents::none;
}

Admission refuse(const Request& request, std::string_view uri, std::string text, std::string why) {
    if (!request.is_answered) return {Verdict::dropped, std::nullopt, std::move(why)};
    return error(request.type, request.id, uri, std::move(text), std::move(why));
}

std::optional<Admission> judge_uri(const Request& request, UriRule rule) {
    if (!is_valid_uri(request.uri, rule, empty_components_of(request))) {
        std::string text = quoted(request.uri) + " is no valid URI";
        if (request.match != MatchPolicy::exact) {
            text += " for match policy " + std::string(to_text(request.match));
        }
        if (rule == UriRule::strict) text += " (this realm takes [0-9a-z_] only)";
        std::string why = std::string(to_text(request.type)) + " refused: " + text;
        return refuse(request, uris::invalid_uri, std::move(text), std::move(why));
    }
    if (request.is_reserved_refused && is_reserved_uri(request.uri)) {
        std::string text = quoted(request.uri) + ": URIs below 'wamp.' belong to the protocol";
        std::string why = std::string(to_text(request.type)) + " refused: " + text;
        return refuse(request, uris::invalid_uri, std::move(text), std::move(why));
    }
    return std::nullopt;
}

std::string rule_text(const Decision& decision) {
    if (decision.rule == nullptr) return "no rule allows it";
    return "the rule for " + quoted(decision.rule->uri) +
           (decision.rule->origin.empty() ? "" : " at " + decision.rule->origin) +
           " does not allow it";
}

/// An ERROR with an invalid URI cannot be answered, and some callers drop their connection on it:
/// the caller gets a valid one.
Admission judge_error(const ErrorMessage& message) {
    if (message.request_type != MessageType::invocation) {
        return violation("ERROR answers a " + std::string(to_text(message.request_type)) +
                         "; a client may only answer INVOCATION");
    }
    if (is_valid_uri(message.error, UriRule::loose, EmptyComponents::none)) return {};
    ErrorMessage repaired = message;
    repaired.error = uris::runtime_error;
    return {Verdict::admitted, std::move(repaired),
            "error URI " + quoted(message.error) + " is invalid"};
}

}  // namespace

Ingress::Ingress(RealmAccessPtr realm, const SessionInfo& session)
    : session_(session.id),
      authid_(session.authid),
      authrole_(session.authrole),
      roles_(session.roles),
      quirks_(session.quirks) {
    set_realm(std::move(realm));
}

void Ingress::set_realm(RealmAccessPtr realm) {
    realm_ = std::move(realm);
    const RolePermissions* role =
        realm_->permissions == nullptr ? nullptr : realm_->permissions->find_role(authrole_);
    permissions_ = SessionPermissions(role, {authid_, authrole_, session_});
}

/// rfc/text/advanced/rpc_progressive_call_invocations: a CALL whose id is no new one may carry on
/// an earlier one, whose permission was judged then.
bool Ingress::is_continuation(const Message& message) const {
    const auto* call = std::get_if<Call>(&message);
    return call != nullptr && call->request.value <= last_request_ &&
           roles_.has(Role::caller, Feature::progressive_call_invocations);
}

Admission Ingress::admit(const Message& message) {
    const MessageType type = type_of(message);
    if (type == MessageType::goodbye) {
        return {Verdict::goodbye, Goodbye{{}, Uri(uris::goodbye_and_out)}, "GOODBYE"};
    }
    if (const auto* abort = std::get_if<Abort>(&message)) {
        return {Verdict::ended, std::nullopt, "ABORT " + quoted(abort->reason)};
    }
    const std::optional<Role> role = role_of(type);
    if (!role) {
        return violation("a client may not send " + std::string(to_text(type)) +
                         " during a session");
    }
    if (!roles_.has(*role)) {
        return violation(std::string(to_text(type)) + " needs the role " +
                         std::string(to_text(*role)) + " in HELLO.Details.roles");
    }
    const Dict* options = payload_options(message);
    if (options != nullptr && is_passthru(*options) && !knows_passthru(roles_, *role)) {
        return violation(std::string(to_text(type)) + " with ppt_scheme needs the feature " +
                         std::string(to_text(Feature::payload_passthru_mode)) + " of role " +
                         std::string(to_text(*role)) + " in HELLO");
    }
    if (const auto* answer = std::get_if<ErrorMessage>(&message)) return judge_error(*answer);

    if (is_continuation(message)) {
        Call carried_on = std::get<Call>(message);
        carried_on.is_continuation = true;
        return {Verdict::admitted, std::move(carried_on), "continuation"};
    }
    const std::optional<Request> request = request_of(message);
    if (const auto id = sequenced_id(message, request)) {
        const std::uint64_t expected = last_request_ == id_max ? 1 : last_request_ + 1;
        const bool is_free = last_request_ == 0 && quirks_.goes_on_from_last_session;
        if (realm_->has_strict_request_ids && *id != expected && !is_free) {
            return violation(std::string(to_text(type)) + " has request id " + std::to_string(*id) +
                             " where " + std::to_string(expected) + " is next");
        }
        last_request_ = *id;
    }
    if (!request) return {};
    if (auto refused = judge_uri(*request, realm_->uri_rule)) return *std::move(refused);
    if (request->is_match_unknown) return {};

    const Decision decision =
        request->match == MatchPolicy::exact
            ? permissions_.decide(request->action, request->uri)
            : permissions_.decide(request->action, request->uri, request->match);
    if (decision.is_allowed || decision.is_asked) return {};
    std::string text = "role " + quoted(authrole_) + " may not " +
                       std::string(to_text(request->action)) + " " + quoted(request->uri);
    std::string why = text + ": " + rule_text(decision);
    return refuse(*request, uris::not_authorized, std::move(text), std::move(why));
}

}  // namespace kreisel
