// What the methods of log-in share.
#include "common/base/base64.hpp"
#include "common/base/check.hpp"
#include "common/wamp/errors.hpp"
#include "router/access/authenticator.hpp"

#include <array>

namespace kreisel {

AuthStep Authenticator::on_authenticate(const Authenticate&, WallTime) {
    CHECK(false, "AUTHENTICATE goes to methods that sent a CHALLENGE");
    return AuthDenied{};
}

// Those that override it move the answer on.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
AuthStep Authenticator::on_answer(AuthAnswer) {
    CHECK(false, "answers go to methods that asked");
    return AuthDenied{};
}

std::string random_base64(Random& random) {
    std::array<std::uint8_t, 33> bytes{};
    random.fill(bytes);
    return to_base64(bytes);
}

AuthDenied deny_proof(AuthMethod method, const Principal& principal, std::string_view proof) {
    return {uris::authentication_denied, "the " + std::string(to_text(method)) + " log-in failed",
            (principal.is_known ? "gave a wrong " : "is no user; it gave a ") + std::string(proof)};
}

AuthDenied deny_unanswered(const Error& error) {
    return {uris::authentication_failed, "the log-in could not be judged now; try again later",
            "could not be judged: " + error.text};
}

AuthDenied deny_form(std::string text) {
    std::string why = "cannot be judged: " + text;
    return {uris::authentication_failed, std::move(text), std::move(why)};
}

const Dict& authextra_of(const Dict& hello) {
    static const Dict none;
    const Dict* extra = hello.find_dict("authextra");
    return extra == nullptr ? none : *extra;
}

std::string_view channel_binding_of(const PeerFacts& peer, std::string_view name) {
    if (name == "tls-exporter") return peer.tls_exporter;
    if (name == "tls-unique") return peer.tls_unique;
    return {};
}

std::unique_ptr<Authenticator> make_authenticator(AuthContext context, AuthMethod method) {
    switch (method) {
        case AuthMethod::anonymous:
            return make_anonymous(std::move(context));
        case AuthMethod::ticket:
            return make_ticket(std::move(context));
        case AuthMethod::wampcra:
            return make_wampcra(std::move(context));
        case AuthMethod::scram:
        case AuthMethod::autobahn_scram:
            return make_scram(std::move(context), method);
        case AuthMethod::cryptosign:
            return make_cryptosign(std::move(context));
        case AuthMethod::tls:
            return make_tls(std::move(context));
        case AuthMethod::cookie:
            return make_cookie(std::move(context));
    }
    return nullptr;
}

}  // namespace kreisel
