// Log-in without cryptography: nobody in particular, a ticket, and the certificate that the
// connection showed (rfc/text/advanced/authentication_ticketbased, authentication_tls).
#include "client/core/login/method.hpp"

namespace kreisel::client {

namespace {

/// Methods without a CHALLENGE.
class Unasked final : public LoginMethod {
  public:
    explicit Unasked(std::string_view name) : name_(name) {}
    std::string_view name() const override { return name_; }
    Result<Authenticate> answer(const Challenge&) override {
        return refuse_challenge(name_, "there is nothing to ask");
    }

  private:
    std::string_view name_;
};

class TicketMethod final : public LoginMethod {
  public:
    explicit TicketMethod(std::string ticket) : ticket_(std::move(ticket)) {}
    std::string_view name() const override { return "ticket"; }
    Result<Authenticate> answer(const Challenge&) override { return Authenticate{ticket_, {}}; }

  private:
    std::string ticket_;
};

}  // namespace

Result<LoginMethodPtr> make_method(const Anonymous&, const LoginContext&, Random&) {
    return std::make_unique<Unasked>("anonymous");
}

Result<LoginMethodPtr> make_method(const TlsCertificate&, const LoginContext&, Random&) {
    return std::make_unique<Unasked>("tls");
}

Result<LoginMethodPtr> make_method(const Ticket& credentials, const LoginContext&, Random&) {
    return std::make_unique<TicketMethod>(credentials.ticket);
}

}  // namespace kreisel::client
