// Dynamic: a procedure says who the peer is and how it proves that
// (rfc/text/advanced/authentication_dynamic, whose words are Crossbar.io's).
//
// For ticket it is asked when the ticket has come, and judges it. For the methods with a challenge
// it is asked first; what it answers stands in for the user of the configuration, and the method
// goes on as ever. A user it refuses is challenged all the same, so that nobody learns who exists.
#include "common/auth/octets.hpp"
#include "common/auth/wampcra.hpp"
#include "common/wamp/errors.hpp"
#include "router/access/authenticator.hpp"
#include "router/access/dynamic_answer.hpp"
#include "router/access/quoted.hpp"

#include <algorithm>

namespace kreisel {

namespace {

constexpr std::string_view provider = "dynamic";
constexpr std::size_t salt_size = 16;

/// What goes on after the procedure has said who it is, by a CHALLENGE.
bool has_challenge(AuthMethod method) {
    return method != AuthMethod::anonymous && method != AuthMethod::ticket &&
           method != AuthMethod::tls;
}

/// A callee refuses by an ERROR of its own; these tell that it could not be asked or broke down.
bool is_refusal(const Uri& error) {
    constexpr std::string_view refusals[] = {uris::authentication_denied, uris::not_authorized,
                                             uris::no_such_principal, uris::no_such_role};
    if (std::find(std::begin(refusals), std::end(refusals), error) != std::end(refusals)) {
        return true;
    }
    return error.rfind("wamp.", 0) != 0;
}

class Dynamic final : public Authenticator {
  public:
    Dynamic(AuthContext context, AuthMethod method, const DynamicAuthenticator& rule)
        : context_(std::move(context)), method_(method), rule_(rule) {
        context_.principal = {claimed_authid(), {}, false, std::string(provider)};
    }

    AuthStep begin() override {
        if (method_ == AuthMethod::ticket) return AuthChallenge{};
        return ask("");
    }

    AuthStep on_authenticate(const Authenticate& message, WallTime now) override {
        if (inner_ == nullptr) return ask(message.signature);
        return with_authextra(inner_->on_authenticate(message, now));
    }

    AuthStep on_answer(AuthAnswer answer) override {
        if (!answer) return fail_with("the authenticator was not asked: " + answer.error().text);
        const CalleeSaid& said = std::get<CalleeSaid>(*answer);
        if (is_refusal(said.error) && !said.error.empty()) {
            return refuse("was refused by the authenticator with " + quoted(said.error));
        }
        if (!said.error.empty()) return fail_with("the authenticator failed with " + said.error);
        if (said.result.is_null() || said.result == Value(false)) {
            return refuse("was refused by the authenticator");
        }
        auto read = read_dynamic_answer(said.result, method_, context_.realm.name);
        if (!read) return fail_with("the authenticator is wrong: " + read.error());
        return accept(*std::move(read));
    }

  private:
    [[nodiscard]] std::string claimed_authid() const {
        return std::string(context_.hello.find_text("authid").value_or(""));
    }

    /// The procedure gets realm, authid and what is known of this log-in.
    AuthStep ask(std::string_view ticket) const {
        Dict details{{"authmethod", to_text(method_)},
                     {"session", context_.session},
                     {"transport", context_.peer.transport}};
        if (method_ == AuthMethod::ticket) details.append("ticket", ticket);
        const Dict& extra = authextra_of(context_.hello);
        details.append("authextra", extra);
        if (const auto key = extra.find_text("pubkey")) details.append("pubkey", *key);
        if (const auto role = context_.hello.find_text("authrole")) {
            details.append("authrole", *role);
        }
        if (method_ == AuthMethod::tls) {
            const ClientCertificate& certificate = *context_.peer.certificate;
            details.append("certificate", Dict{{"subject", certificate.subject},
                                               {"common_name", certificate.common_name},
                                               {"sha256", certificate.sha256}});
        }
        return AuthQuestion{AskCallee{
            rule_.realm, rule_.procedure,
            List{Value(context_.realm.name), Value(claimed_authid()), Value(std::move(details))},
            rule_.timeout}};
    }

    AuthStep accept(DynamicAnswer answer) {
        Principal& principal = context_.principal;
        principal.is_known = true;
        principal.credentials = std::move(answer.credentials);
        if (!answer.authid.empty()) principal.authid = std::move(answer.authid);
        authextra_ = std::move(answer.authextra);
        if (has_challenge(method_)) return challenge();
        return AuthGranted{.authid = principal.authid.empty() ? own_authid() : principal.authid,
                           .role = principal.credentials.role,
                           .provider = principal.provider,
                           .authextra = authextra_};
    }

    /// Of who names none and is given none.
    [[nodiscard]] std::string own_authid() const {
        if (method_ == AuthMethod::tls) return context_.peer.certificate->subject;
        return to_hex(sha256(random_base64(context_.random))).substr(0, 24);
    }

    AuthStep challenge() {
        AuthContext context = context_;
        if (method_ == AuthMethod::cryptosign && context.principal.authid.empty()) {
            // rfc/text/advanced/authentication_cryptosign: the key is its name.
            context.principal.authid =
                authextra_of(context_.hello).find_text("pubkey").value_or("");
        } else if (context.principal.is_known && !claimed_authid().empty() &&
                   (method_ == AuthMethod::scram || method_ == AuthMethod::autobahn_scram)) {
            // SCRAM signs the name of HELLO, whatever name the session gets.
            context.principal.authid = claimed_authid();
        }
        inner_ = make_authenticator(std::move(context), method_);
        return inner_->begin();
    }

    AuthStep with_authextra(AuthStep step) {
        if (auto* granted = std::get_if<AuthGranted>(&step)) {
            for (const DictEntry& entry : authextra_) {
                if (!granted->authextra.has(entry.key)) {
                    granted->authextra.append(entry.key, entry.value);
                }
            }
            if (!context_.principal.authid.empty()) granted->authid = context_.principal.authid;
        }
        return step;
    }

    AuthStep refuse(std::string why) {
        if (!has_challenge(method_)) {
            return AuthDenied{uris::authentication_denied,
                              "the " + std::string(to_text(method_)) + " log-in failed",
                              std::move(why)};
        }
        UserCredentials& mock = context_.principal.credentials;
        const std::string& key = context_.access.mock_key;
        const std::string seed = hmac_sha256(key.empty() ? random_base64(context_.random) : key,
                                             context_.principal.authid);
        mock.wampcra = {random_base64(context_.random), "", 1, scram_key_size};
        ScramParameters parameters{.salt = seed.substr(0, salt_size)};
        if (method_ == AuthMethod::autobahn_scram) {
            // As Autobahn|Python's derive_scram_credential() has them.
            parameters.kdf = ScramKdf::autobahn_argon2id;
            parameters.memory_kib = 512;
        }
        mock.scram = ScramCredentials{std::move(parameters), seed, seed};
        return challenge();
    }

    static AuthStep fail_with(std::string why) {
        return AuthDenied{uris::authentication_failed,
                          "the log-in could not be judged now; try again later", std::move(why)};
    }

    AuthContext context_;
    AuthMethod method_;
    const DynamicAuthenticator& rule_;
    std::unique_ptr<Authenticator> inner_;
    Dict authextra_;
};

}  // namespace

std::unique_ptr<Authenticator> make_dynamic(AuthContext context, AuthMethod method,
                                            const DynamicAuthenticator& rule) {
    return std::make_unique<Dynamic>(std::move(context), method, rule);
}

}  // namespace kreisel
