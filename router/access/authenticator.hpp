#pragma once
// Authenticator: one log-in by one method, between the choice of the method and its outcome. Each
// method has a file of its own in authenticators/.
//
// Made by the handshake, which sends what it says to the peer and brings it what the peer and
// others answer. Pure: what needs a thread, a file or a callee is asked for by an AuthQuestion.

#include "common/base/clock.hpp"
#include "common/base/random.hpp"
#include "common/wamp/messages.hpp"
#include "router/access/auth_question.hpp"
#include "router/access/peer_facts.hpp"
#include "router/access/principal.hpp"
#include "router/access/realm_access.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace kreisel {

/// Send CHALLENGE with `extra`; the answer comes to on_authenticate().
struct AuthChallenge {
    Dict extra;
};
/// The peer is who it says.
struct AuthGranted {
    std::string authid;
    std::string role;
    std::string provider = "static";
    /// WELCOME.Details.authextra; left out if empty.
    Dict authextra{};
    /// When the session ends, because what proved it does; absent: it lives on.
    std::optional<WallTime> expires{};
};
/// ABORT with `reason` and `text`; `why` is for the log and may say more: which rule, whether the
/// user exists.
struct AuthDenied {
    std::string_view reason;
    std::string text;
    std::string why;
};
using AuthStep = std::variant<AuthChallenge, AuthGranted, AuthDenied, AuthQuestion>;

/// All that a log-in starts from. References outlive the authenticator.
struct AuthContext {
    const AccessSnapshot& access;
    const RealmAccess& realm;
    const PeerFacts& peer;
    const Dict& hello;  ///< HELLO.Details
    Random& random;
    SessionId session;  ///< the id that WELCOME will carry
    WallTime now{};     ///< when HELLO came
    /// Whom HELLO.Details.authid names, or the stand-in for nobody; for anonymous of no meaning.
    Principal principal{};
};

class Authenticator {
  public:
    virtual ~Authenticator() = default;
    [[nodiscard]] virtual AuthStep begin() = 0;
    /// After an AuthChallenge, once. For methods that send one.
    [[nodiscard]] virtual AuthStep on_authenticate(const Authenticate& message, WallTime now);
    /// After an AuthQuestion, once each. For methods that ask.
    [[nodiscard]] virtual AuthStep on_answer(AuthAnswer answer);
};

[[nodiscard]] std::unique_ptr<Authenticator> make_anonymous(AuthContext context);
[[nodiscard]] std::unique_ptr<Authenticator> make_ticket(AuthContext context);
[[nodiscard]] std::unique_ptr<Authenticator> make_wampcra(AuthContext context);
/// For AuthMethod::scram and AuthMethod::autobahn_scram.
[[nodiscard]] std::unique_ptr<Authenticator> make_scram(AuthContext context, AuthMethod method);
[[nodiscard]] std::unique_ptr<Authenticator> make_cryptosign(AuthContext context);
[[nodiscard]] std::unique_ptr<Authenticator> make_tls(AuthContext context);
[[nodiscard]] std::unique_ptr<Authenticator> make_cookie(AuthContext context);
/// Lets the procedure of `rule` say who it is and how it proves that, then goes on as `method`.
[[nodiscard]] std::unique_ptr<Authenticator> make_dynamic(AuthContext context, AuthMethod method,
                                                          const DynamicAuthenticator& rule);
/// The one of `method`, for `context.principal`.
[[nodiscard]] std::unique_ptr<Authenticator> make_authenticator(AuthContext context,
                                                                AuthMethod method);

/// 33 random octets as base64.
[[nodiscard]] std::string random_base64(Random& random);

/// Refusal of a wrong proof. To the peer an unknown user looks like a wrong secret.
[[nodiscard]] AuthDenied deny_proof(AuthMethod method, const Principal& principal,
                                    std::string_view proof);
/// Refusal of a log-in that is not of its method's form, whoever the user is.
[[nodiscard]] AuthDenied deny_form(std::string text);

/// HELLO.Details.authextra, empty if there is none.
[[nodiscard]] const Dict& authextra_of(const Dict& hello);
/// Binding of the channel `peer` came by, octets; empty: it has none of the type `name`.
[[nodiscard]] std::string_view channel_binding_of(const PeerFacts& peer, std::string_view name);

/// Refusal because an AuthQuestion went without an answer.
[[nodiscard]] AuthDenied deny_unanswered(const Error& error);

}  // namespace kreisel
