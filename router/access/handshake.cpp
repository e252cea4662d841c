#include "router/access/handshake.hpp"

#include "common/auth/cryptosign.hpp"
#include "common/auth/octets.hpp"
#include "common/base/check.hpp"
#include "common/base/version.hpp"
#include "common/wamp/errors.hpp"
#include "router/access/authenticator.hpp"
#include "router/access/client_quirks.hpp"
#include "router/access/quoted.hpp"

#include <algorithm>
#include <vector>

namespace kreisel {

namespace {

/// What is read of HELLO.Details.authmethods.
constexpr std::size_t methods_max = 32;
/// `authmethod` and `authprovider` of who is known by the process around the router.
constexpr std::string_view local_login_name = "local";

HandshakeRefused refuse(std::string_view reason, std::string text, std::string why) {
    return {make_abort(reason, std::move(text)), std::move(why)};
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
    enum class Stage : std::uint8_t { hello, finding, challenged, asking, done };

    AccessSnapshotPtr access;
    Random& random;
    PeerFacts peer;
    Stage stage = Stage::hello;
    RealmAccessPtr realm;
    SessionId session;
    Dict hello;
    AuthMethod method = AuthMethod::anonymous;
    std::vector<std::string> offered;  ///< HELLO.Details.authmethods
    WallTime said{};                   ///< when HELLO came
    /// Whom an AuthQuestion found, or the stand-in.
    std::optional<Principal> looked_up;
    Principal principal;
    bool has_user = false;  ///< `principal` is whom HELLO.Details.authid names
    const DynamicAuthenticator* dynamic = nullptr;
    std::unique_ptr<Authenticator> authenticator;

    State(AccessSnapshotPtr access_, Random& random_, PeerFacts peer_)
        : access(std::move(access_)), random(random_), peer(std::move(peer_)) {}

    HandshakeStep on_hello(Hello message, WallTime now);
    [[nodiscard]] std::optional<HandshakeRefused> find_realm(const Hello& message);
    /// Who has to be looked up elsewhere before a method can be chosen, if anybody has.
    [[nodiscard]] std::optional<FindUser> whom_to_find() const;
    HandshakeStep on_found(AuthAnswer answer);
    [[nodiscard]] Principal judge_found(UserFound user) const;
    /// Chooses the method and starts it.
    HandshakeStep begin();
    [[nodiscard]] std::optional<AuthMethod> choose_method();
    [[nodiscard]] std::string mock_key() const;
    [[nodiscard]] bool is_usable(AuthMethod candidate);
    [[nodiscard]] bool is_dynamic(AuthMethod candidate) const;
    [[nodiscard]] bool has_cookie_login() const;
    HandshakeStep refuse_methods() const;
    [[nodiscard]] std::unique_ptr<Authenticator> make_authenticator();
    /// What the method said, as a step of the handshake.
    HandshakeStep follow(AuthStep step);
    HandshakeStep accept_local(const LocalLogin& login);
    HandshakeStep accept(AuthGranted granted, std::string_view by);
    [[nodiscard]] std::string who() const;
    [[nodiscard]] static std::string expected_at(Stage stage);
};

std::string Handshake::State::expected_at(Stage stage) {
    switch (stage) {
        case Stage::hello:
            return "the first message must be HELLO";
        case Stage::finding:
            return "while a user is looked up a client waits, or sends ABORT";
        case Stage::challenged:
            return "a CHALLENGE is answered by AUTHENTICATE or ABORT";
        case Stage::asking:
            return "while a log-in is judged a client waits, or sends ABORT";
        case Stage::done:
            return "the log-in is over";
    }
    return "";
}

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
    if (peer.local_login) return accept_local(*peer.local_login);
    offered = read_methods(hello);
    said = now;
    if (auto question = whom_to_find()) {
        stage = Stage::finding;
        return AuthQuestion{*std::move(question)};
    }
    return begin();
}

std::string Handshake::State::mock_key() const {
    return access->mock_key.empty() ? random_base64(random) : access->mock_key;
}

std::optional<FindUser> Handshake::State::whom_to_find() const {
    if (!realm->has_user_database) return std::nullopt;
    const auto asks_for_user = [this](const std::string& name) {
        const auto known = auth_method_of(name);
        const bool has_name = known && *known != AuthMethod::anonymous && *known != AuthMethod::tls;
        return has_name && realm->find_dynamic(*known) == nullptr;
    };
    const bool is_asked = std::any_of(offered.begin(), offered.end(), asks_for_user);
    const bool is_anonymous = offered.front() == "anonymous" && realm->anonymous_role;
    if (!is_asked || is_anonymous) return std::nullopt;
    const std::string authid(hello.find_text("authid").value_or(""));
    if (!authid.empty()) {
        const bool is_here = realm->users.find(authid) != realm->users.end();
        return is_here ? std::nullopt : std::optional(FindUser{realm->name, authid, ""});
    }
    const auto key = from_hex(authextra_of(hello).find_text("pubkey").value_or(""));
    const bool is_key = key && key->size() == cryptosign_key_size && realm->finds_users_by_key;
    if (!is_key || find_by_public_key(*realm, *key).is_known) return std::nullopt;
    return FindUser{realm->name, "", *key};
}

HandshakeStep Handshake::State::on_found(AuthAnswer answer) {
    if (!answer) {
        return refuse(uris::authentication_failed,
                      "the log-in could not be judged now; try again later",
                      who() + " could not be looked up: " + answer.error().text);
    }
    looked_up = judge_found(std::get<UserFound>(*std::move(answer)));
    looked_up->provider = "database";
    return begin();
}

Principal Handshake::State::judge_found(UserFound user) const {
    const std::string authid(hello.find_text("authid").value_or(""));
    if (user.credentials) {
        Principal known{std::move(user.authid), *std::move(user.credentials), true};
        if (!authid.empty()) return known;
        const auto key = from_hex(authextra_of(hello).find_text("pubkey").value_or(""));
        if (key && known.credentials.has_public_key(*key)) return known;
    }
    if (authid.empty()) return find_by_public_key(RealmAccess{}, "");
    UserCredentials model = user.model.value_or(UserCredentials{});
    if (model.role.empty()) model.role = realm->stand_in_role;
    return make_stand_in(authid, model, mock_key());
}

HandshakeStep Handshake::State::begin() {
    const std::optional<AuthMethod> chosen = choose_method();
    if (!chosen) return refuse_methods();
    method = *chosen;
    authenticator = make_authenticator();
    return follow(authenticator->begin());
}

/// The first of the client's methods that is usable for the user it names.
std::optional<AuthMethod> Handshake::State::choose_method() {
    const auto authid = hello.find_text("authid");
    const bool has_authid = authid && !authid->empty();
    has_user = has_authid && (looked_up || !realm->users.empty());
    if (looked_up) {
        principal = *looked_up;
    } else if (has_user) {
        principal = find_principal(*realm, *authid, mock_key());
    }
    for (const std::string& name : offered) {
        const std::optional<AuthMethod> known = auth_method_of(name);
        if (!known) continue;
        dynamic = realm->find_dynamic(*known);
        if (dynamic != nullptr ? is_dynamic(*known) : is_usable(*known)) return known;
    }
    return std::nullopt;
}

/// Whether a user of the configuration can log in by `candidate`; finds those who are known by what
/// they have instead of by a name.
bool Handshake::State::is_usable(AuthMethod candidate) {
    if (candidate == AuthMethod::anonymous) return realm->anonymous_role.has_value();
    if (candidate == AuthMethod::cookie) return has_cookie_login();
    if (candidate == AuthMethod::tls && !peer.certificate) return false;
    // A token says itself whose it is.
    if (candidate == AuthMethod::ticket && realm->jwt) return true;
    if (has_user) return principal.credentials.offers(candidate);
    if (looked_up) return candidate == AuthMethod::cryptosign;
    if (!realm->offers(candidate)) return false;
    if (candidate == AuthMethod::tls) {
        principal = find_by_certificate(*realm, *peer.certificate);
        return true;
    }
    if (candidate != AuthMethod::cryptosign) return false;
    const auto key = from_hex(authextra_of(hello).find_text("pubkey").value_or(""));
    principal = find_by_public_key(*realm, key.value_or(""));
    return true;
}

/// Whether a procedure could judge a log-in by `candidate` at all.
bool Handshake::State::is_dynamic(AuthMethod candidate) const {
    switch (candidate) {
        case AuthMethod::anonymous:
        case AuthMethod::cryptosign:
            return true;
        case AuthMethod::tls:
            return peer.certificate.has_value();
        case AuthMethod::ticket:
        case AuthMethod::wampcra:
        case AuthMethod::scram:
        case AuthMethod::autobahn_scram:
            return !hello.find_text("authid").value_or("").empty();
        case AuthMethod::cookie:
            return false;
    }
    return false;
}

/// Whether the peer's cookie stands for a user who may still do what it could.
bool Handshake::State::has_cookie_login() const {
    if (!peer.cookie_login) return false;
    const CookieLogin& login = *peer.cookie_login;
    const auto authid = hello.find_text("authid").value_or("");
    if (login.realm != realm->name || (!authid.empty() && authid != login.authid)) return false;
    if (login.provider != Principal{}.provider) return true;
    const auto user = realm->users.find(login.authid);
    return user != realm->users.end() && user->second.role == login.role;
}

HandshakeStep Handshake::State::refuse_methods() const {
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
                             : "HELLO.Details.authid is missing; none of the authmethods of HELLO "
                               "goes without it here",
                  who() + " offers " + quoted(joined(offered)) + ", none of which " +
                      (has_authid ? "is configured for it" : "works without authid"));
}

std::unique_ptr<Authenticator> Handshake::State::make_authenticator() {
    AuthContext context{*access, *realm, peer, hello, random, session, said, principal};
    if (dynamic != nullptr) return make_dynamic(std::move(context), method, *dynamic);
    return kreisel::make_authenticator(std::move(context), method);
}

HandshakeStep Handshake::State::follow(AuthStep step) {
    if (auto* challenge = std::get_if<AuthChallenge>(&step)) {
        stage = Stage::challenged;
        return HandshakeReply{Challenge{std::string(to_text(method)), std::move(challenge->extra)}};
    }
    if (auto* question = std::get_if<AuthQuestion>(&step)) {
        stage = Stage::asking;
        return std::move(*question);
    }
    if (auto* denied = std::get_if<AuthDenied>(&step)) {
        return refuse(denied->reason, std::move(denied->text), who() + " " + denied->why);
    }
    return accept(std::get<AuthGranted>(std::move(step)), to_text(method));
}

HandshakeStep Handshake::State::accept_local(const LocalLogin& login) {
    const bool has_name = !login.authid.empty();
    AuthGranted granted{has_name ? login.authid : std::to_string(session.value), login.role};
    granted.provider = local_login_name;
    return accept(std::move(granted), local_login_name);
}

HandshakeStep Handshake::State::accept(AuthGranted granted, std::string_view by) {
    const std::string& role = granted.role;
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
    info.authid = std::move(granted.authid);
    info.authrole = role;
    info.authmethod = by;
    info.authprovider = std::move(granted.provider);
    info.roles = ClientRoles::read(*hello.find_dict("roles"));
    if (realm->has_client_quirks) info.quirks = quirks_of(hello);
    if (info.quirks.has_unannounced_progress) {
        info.roles.add_if_present(Role::caller, Feature::progressive_call_invocations);
        info.roles.add_if_present(Role::callee, Feature::progressive_call_invocations);
        info.roles.add_if_present(Role::callee, Feature::progressive_call_results);
    }
    info.transport = std::move(peer.transport);
    Dict details{{"agent", agent()},
                 {"authid", info.authid},
                 {"authmethod", info.authmethod},
                 {"authprovider", info.authprovider},
                 {"authrole", info.authrole},
                 {"realm", realm->name},
                 {"roles", Value(router_roles())}};
    if (!granted.authextra.empty()) details.append("authextra", std::move(granted.authextra));
    info.welcome = Welcome{session, std::move(details)};
    return HandshakeAccepted{realm, std::move(info), granted.expires};
}

Handshake::Handshake(AccessSnapshotPtr access, Random& random, PeerFacts peer)
    : state_(std::make_unique<State>(std::move(access), random, std::move(peer))) {}
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
        // A message that comes while a question is open is one too many.
        if (stage == State::Stage::challenged) {
            return state.follow(state.authenticator->on_authenticate(*answer, now));
        }
    }
    // rfc/text/basic/building_blocks, protocol errors; GOODBYE too needs a session.
    const std::string got(to_text(type_of(message)));
    return refuse(uris::protocol_violation, State::expected_at(stage) + ", not " + got,
                  got + " before WELCOME");
}

std::string_view Handshake::method() const {
    return state_->authenticator == nullptr ? "none" : to_text(state_->method);
}

HandshakeStep Handshake::on_answer(AuthAnswer answer) {
    State& state = *state_;
    const State::Stage stage = std::exchange(state.stage, State::Stage::done);
    if (stage == State::Stage::finding) return state.on_found(std::move(answer));
    CHECK(stage == State::Stage::asking, "an answer follows a question");
    return state.follow(state.authenticator->on_answer(std::move(answer)));
}

}  // namespace kreisel
