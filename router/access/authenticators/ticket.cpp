// Ticket: the peer gives the secret itself (rfc/text/advanced/authentication_ticket).
#include "common/auth/wampcra.hpp"
#include "router/access/authenticator.hpp"

namespace kreisel {

namespace {

class Ticket final : public Authenticator {
  public:
    explicit Ticket(AuthContext context) : context_(std::move(context)) {}

    AuthStep begin() override { return AuthChallenge{}; }

    AuthStep on_authenticate(const Authenticate& message, WallTime) override {
        const Principal& principal = context_.principal;
        const bool is_equal =
            is_equal_in_constant_time(*principal.credentials.ticket, message.signature);
        if (!is_equal || !principal.is_known) {
            return deny_proof(AuthMethod::ticket, principal, "ticket");
        }
        return AuthGranted{principal.authid, principal.credentials.role, principal.provider};
    }

  private:
    AuthContext context_;
};

}  // namespace

std::unique_ptr<Authenticator> make_ticket(AuthContext context) {
    return std::make_unique<Ticket>(std::move(context));
}

}  // namespace kreisel
