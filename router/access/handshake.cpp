#include "router/access/handshake.hpp"

#include "common/auth/wampcra.hpp"
#include "common/base/base64.hpp"
#include "common/base/check.hpp"
#include "common/base/version.hpp"
#include "common/wamp/errors.hpp"
#include "router/access/client_quirks.hpp"
#include "router/access/principal.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace kreisel {

namespace {

constexpr std::string_view provider = "static";
/// What is read of HELLO.Details.authmethods.
constexpr std::size_t methods_max = 32;

HandshakeRefused refuse(std::string_view reason, std::string text, std::string why) {
    return {make_abort(reason, std::move(text)), std::move(why)};
}

std::string quoted(std::string_view text) {
    constexpr std::size_t shown_max = 120;
    return "'" + std::string(text.substr(0, shown_max)) + (text.size() > shown_max ? "...'" : "'");
}

std::string random_hex(Random& random) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::uint8_t, 12> bytes{};
    random.fill(bytes);
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::string random_base64(Random& random) {
    std::array<std::uint8_t, 33> bytes{};
    random.fill(bytes);
    return to_base64(bytes);
}

/// HELLO.Details.authmethods in the client's order. wampy sends none without an authid: absent
/// means anonymous.
std::vector<std::string> read_methods(const Dict& details) {
    std::vector<std::string> methods;
    const List* list = details.find_list("authmethods");
    if (list == nullptr || list->empty()) return {"anonymous"};
    for (const Value& value : *list) {
        const auto* text = value.get_if<std::string>();
        if (text != nullptr && methods.size() < methods_max) methods.push_back(*text);
    }
    return methods;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

}  // namespace

Abort make_abort(std::string_view reason, std::string text) {
    return Abort{Dict{{"message", Value(std::move(text))}}, Uri(reason), {}};
}

struct Handshake::State {
    enum class Stage : std::uint8_t { hello, challenged, done };

    AccessSnapshotPtr access;
    Random& random;
    Dict transport;
    Stage stage = Stage::hello;
    RealmAccessPtr realm;
    SessionId session;
    Dict hello;
    AuthMethod method = AuthMethod::anonymous;
    Principal principal;
    std::string challenge;

    State(AccessSnapshotPtr access_, Random& random_, Dict transport_)
        : access(std::move(access_)), random(random_), transport(std::move(transport_)) {}

    HandshakeStep on_hello(Hello message, WallTime now);
    HandshakeStep on_authenticate(const Authenticate& message);
    [[nodiscard]] std::optional<HandshakeRefused> find_realm(const Hello& message);
    [[nodiscard]] std::optional<AuthMethod> choose_method(const std::vector<std::string>& offered);
    HandshakeStep refuse_methods(const std::vector<std::string>& offered) const;
    HandshakeStep challenge_peer(WallTime now);
    HandshakeStep accept(const std::string& role);
    [[nodiscard]] std::string who() const;
};

std::string Handshake::State::who() const {
    const auto authid = hello.find_text("authid");
    return (authid ? "authid " + quoted(*authid) : std::string("a client without authid")) +
           " in realm " + quoted(realm->name);
}

std::optional<HandshakeRefused> Handshake::State::find_realm(const Hello& message) {
    const auto found = access->realms.find(message.realm);
    if (found != access->realms.end()) {
        realm = found->second;
        return std::nullopt;
    }
    if (message.realm.empty()) {
        return refuse(uris::no_such_realm, "HELLO names no realm, and this router assigns none",
                      "HELLO without realm");
    }
    // An ERROR would need a session, so the URI rule of the realm's name ends in ABORT.
    if (!is_valid_uri(message.realm, UriRule::loose, EmptyComponents::none)) {
        return refuse(uris::invalid_uri, quoted(message.realm) + " is no valid URI of a realm",
                      "realm " + quoted(message.realm) + " is no valid URI");
    }
    return refuse(uris::no_such_realm, "there is no realm " + quoted(message.realm) + " here",
                  "realm " + quoted(message.realm) + " is not configured");
}

HandshakeStep Handshake::State::on_hello(Hello message, WallTime now) {
    hello = std::move(message.details);
    if (auto refused = find_realm(message)) return *std::move(refused);

    const Dict* roles = hello.find_dict("roles");
    if (roles == nullptr || ClientRoles::read(*roles).empty()) {
        // rfc/text/basic/sessions: a client must support at least one role, and say so.
        return refuse(uris::protocol_violation,
                      "HELLO.Details.roles names none of publisher, subscriber, caller, callee",
                      who() + " announced no role in HELLO.Details.roles");
    }
    session = SessionId{random.global_id()};
    const std::vector<std::string> offered = read_methods(hello);
    const std::optional<AuthMethod> chosen = choose_method(offered);
    if (!chosen) return refuse_methods(offered);
    method = *chosen;
    if (method != AuthMethod::anonymous) return challenge_peer(now);
    // A claimed authid proves nothing here: anonymous sessions get one of their own.
    principal.authid = random_hex(random);
    return accept(*realm->anonymous_role);
}

/// The first of the client's methods that is usable for the user it names.
std::optional<AuthMethod> Handshake::State::choose_method(const std::vector<std::string>& offered) {
    const auto authid = hello.find_text("authid");
    const bool has_user = authid && !authid->empty() && !realm->users.empty();
    if (has_user) {
        if (access->mock_key.empty()) {
            principal = find_principal(*realm, *authid, random_base64(random));
        } else {
            principal = find_principal(*realm, *authid, access->mock_key);
        }
    }
    for (const std::string& name : offered) {
        const std::optional<AuthMethod> known = auth_method_of(name);
        if (!known) continue;
        const bool is_usable = *known == AuthMethod::anonymous
                                   ? realm->anonymous_role.has_value()
                                   : has_user && principal.credentials.offers(*known);
        if (is_usable) return known;
    }
    return std::nullopt;
}

HandshakeStep Handshake::State::refuse_methods(const std::vector<std::string>& offered) const {
    const bool is_only_anonymous =
        std::all_of(offered.begin(), offered.end(),
                    [](const std::string& name) { return name == "anonymous"; });
    if (is_only_anonymous) {
        return refuse(uris::authentication_required,
                      "realm " + quoted(realm->name) + " does not take anonymous clients",
                      who() + " offers only anonymous, which the realm does not allow");
    }
    const auto authid = hello.find_text("authid");
    const bool has_authid = authid && !authid->empty();
    return refuse(uris::no_matching_auth_method,
                  has_authid ? "none of the authmethods of HELLO can be used to log in here"
                             : "HELLO.Details.authid is missing; only anonymous goes without it",
                  who() + " offers " + quoted(joined(offered)) + ", none of which " +
                      (has_authid ? "is configured for it" : "works without authid"));
}

HandshakeStep Handshake::State::challenge_peer(WallTime now) {
    stage = Stage::challenged;
    Challenge message{std::string(to_text(method)), {}};
    if (method == AuthMethod::wampcra) {
        const UserCredentials::WampCra& secret = *principal.credentials.wampcra;
        challenge = wampcra_challenge({.authid = principal.authid,
                                       .authrole = principal.credentials.role,
                                       .authprovider = std::string(provider),
                                       .nonce = random_base64(random),
                                       .timestamp = now,
                                       .session = session.value});
        message.extra.append("challenge", challenge);
        if (!secret.salt.empty()) {
            message.extra.append("salt", secret.salt);
            message.extra.append("iterations", std::uint64_t{secret.iterations});
            message.extra.append("keylen", std::uint64_t{secret.key_bytes});
        }
    }
    return HandshakeReply{std::move(message)};
}

HandshakeStep Handshake::State::on_authenticate(const Authenticate& message) {
    // The same work for stand-ins: neither answer nor time tells whether a user exists.
    const std::string expected =
        method == AuthMethod::wampcra
            ? wampcra_sign(principal.credentials.wampcra->secret, challenge)
            : *principal.credentials.ticket;
    const bool is_equal = is_equal_in_constant_time(expected, message.signature);
    if (!is_equal || !principal.is_known) {
        const std::string_view proof = method == AuthMethod::wampcra ? "signature" : "ticket";
        return refuse(uris::authentication_denied,
                      "the " + std::string(to_text(method)) + " log-in failed",
                      who() + (principal.is_known ? " gave a wrong " : " is no user; it gave a ") +
                          std::string(proof));
    }
    return accept(principal.credentials.role);
}

HandshakeStep Handshake::State::accept(const std::string& role) {
    const auto wanted = hello.find_text("authrole");
    if (wanted && !wanted->empty() && *wanted != role) {
        return refuse(uris::no_such_role, "you do not have the role " + quoted(*wanted),
                      who() + " asked for role " + quoted(*wanted) + " but has " + quoted(role));
    }
    if (realm->permissions == nullptr || realm->permissions->find_role(role) == nullptr) {
        return refuse(uris::no_such_role, "the role of this log-in does not exist",
                      who() + " has role " + quoted(role) + ", which the realm does not define");
    }
    SessionInfo info;
    info.id = session;
    info.authid = principal.authid;
    info.authrole = role;
    info.authmethod = to_text(method);
    info.authprovider = provider;
    info.roles = ClientRoles::read(*hello.find_dict("roles"));
    if (realm->has_client_quirks) info.quirks = quirks_of(hello);
    if (info.quirks.has_unannounced_progress) {
        info.roles.add_if_present(Role::caller, Feature::progressive_call_invocations);
        info.roles.add_if_present(Role::callee, Feature::progressive_call_invocations);
        info.roles.add_if_present(Role::callee, Feature::progressive_call_results);
    }
    info.transport = std::move(transport);
    info.welcome = Welcome{session, Dict{{"agent", agent()},
                                         {"authid", info.authid},
                                         {"authmethod", info.authmethod},
                                         {"authprovider", info.authprovider},
                                         {"authrole", info.authrole},
                                         {"realm", realm->name},
                                         {"roles", Value(router_roles())}}};
    return HandshakeAccepted{realm, std::move(info)};
}

Handshake::Handshake(AccessSnapshotPtr access, Random& random, Dict transport)
    : state_(std::make_unique<State>(std::move(access), random, std::move(transport))) {}
Handshake::~Handshake() = default;
Handshake::Handshake(Handshake&&) noexcept = default;

HandshakeStep Handshake::on_message(Message message, WallTime now) {
    State& state = *state_;
    CHECK(state.stage != State::Stage::done, "a handshake ends with its outcome");
    const State::Stage stage = std::exchange(state.stage, State::Stage::done);
    if (const auto* abort = std::get_if<Abort>(&message)) {
        return HandshakeEnded{"the client aborted its log-in: " + quoted(abort->reason)};
    }
    if (stage == State::Stage::hello) {
        if (auto* hello = std::get_if<Hello>(&message)) {
            return state.on_hello(std::move(*hello), now);
        }
    } else if (const auto* answer = std::get_if<Authenticate>(&message)) {
        return state.on_authenticate(*answer);
    }
    // rfc/text/basic/building_blocks, protocol errors; GOODBYE too needs a session.
    const std::string got(to_text(type_of(message)));
    return refuse(uris::protocol_violation,
                  stage == State::Stage::hello
                      ? "the first message must be HELLO, not " + got
                      : "a CHALLENGE is answered by AUTHENTICATE or ABORT, not " + got,
                  got + " before WELCOME");
}

}  // namespace kreisel
