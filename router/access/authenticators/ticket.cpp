// Ticket: the peer gives the secret itself (rfc/text/advanced/authentication_ticket). It is
// compared here if it is kept as text, and elsewhere if only its slow hash is.
#include "common/auth/wampcra.hpp"
#include "common/wamp/errors.hpp"
#include "router/access/authenticator.hpp"
#include "router/access/quoted.hpp"

namespace kreisel {

namespace {

class Ticket final : public Authenticator {
  public:
    explicit Ticket(AuthContext context) : context_(std::move(context)) {}

    AuthStep begin() override { return AuthChallenge{}; }

    AuthStep on_authenticate(const Authenticate& message, WallTime now) override {
        const UserCredentials& credentials = context_.principal.credentials;
        if (context_.realm.jwt && looks_like_jwt(message.signature)) {
            return judge_token(message.signature, now);
        }
        // Where tokens are taken, those may try who have no ticket.
        if (!credentials.offers(AuthMethod::ticket)) return judge(false);
        if (credentials.ticket_hash) {
            return AuthQuestion{CheckPassword{*credentials.ticket_hash, message.signature}};
        }
        return judge(is_equal_in_constant_time(*credentials.ticket, message.signature));
    }

    AuthStep on_answer(AuthAnswer answer) override {
        if (!answer) return deny_unanswered(answer.error());
        return judge(std::get<PasswordChecked>(*answer).is_right);
    }

  private:
    AuthStep judge(bool is_right) const {
        const Principal& principal = context_.principal;
        if (!is_right || !principal.is_known) {
            return deny_proof(AuthMethod::ticket, principal, "ticket");
        }
        return AuthGranted{principal.authid, principal.credentials.role, principal.provider};
    }

    /// A JWT (RFC 7519): who signed it vouches for its bearer.
    AuthStep judge_token(std::string_view token, WallTime now) const {
        const auto deny = [](const std::string& why) {
            return AuthDenied{uris::authentication_denied, "the ticket log-in failed",
                              "gave a JWT that is not taken: " + why};
        };
        auto identity = judge_jwt(token, *context_.realm.jwt, now);
        if (!identity) return deny(identity.error());
        const auto claimed = context_.hello.find_text("authid").value_or("");
        if (!claimed.empty() && claimed != identity->authid) {
            return deny("it is that of " + quoted(identity->authid));
        }
        return AuthGranted{.authid = std::move(identity->authid),
                           .role = choose_role(identity->roles),
                           .provider = "jwt",
                           .expires = identity->expires};
    }

    /// The first that the realm has; else the first, which will be refused by name.
    std::string choose_role(const std::vector<std::string>& roles) const {
        for (const std::string& role : roles) {
            if (context_.realm.permissions->find_role(role) != nullptr) return role;
        }
        return roles.front();
    }

    AuthContext context_;
};

}  // namespace

std::unique_ptr<Authenticator> make_ticket(AuthContext context) {
    return std::make_unique<Ticket>(std::move(context));
}

}  // namespace kreisel
