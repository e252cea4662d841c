// Ticket: the peer gives the secret itself (rfc/text/advanced/authentication_ticket). It is
// compared here if it is kept as text, and elsewhere if only its slow hash is.
#include "common/auth/wampcra.hpp"
#include "router/access/authenticator.hpp"

namespace kreisel {

namespace {

class Ticket final : public Authenticator {
  public:
    explicit Ticket(AuthContext context) : context_(std::move(context)) {}

    AuthStep begin() override { return AuthChallenge{}; }

    AuthStep on_authenticate(const Authenticate& message, WallTime) override {
        const UserCredentials& credentials = context_.principal.credentials;
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

    AuthContext context_;
};

}  // namespace

std::unique_ptr<Authenticator> make_ticket(AuthContext context) {
    return std::make_unique<Ticket>(std::move(context));
}

}  // namespace kreisel
