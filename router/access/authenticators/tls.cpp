// TLS: the certificate that the peer proved itself by when the channel was opened is its log-in.
#include "router/access/authenticator.hpp"

namespace kreisel {

namespace {

class Tls final : public Authenticator {
  public:
    explicit Tls(AuthContext context) : context_(std::move(context)) {}

    AuthStep begin() override {
        const Principal& principal = context_.principal;
        const ClientCertificate& certificate = *context_.peer.certificate;
        if (!principal.is_known || !principal.credentials.has_certificate(certificate)) {
            return deny_proof(AuthMethod::tls, principal,
                              "certificate, " + certificate.subject + " " + certificate.sha256);
        }
        return AuthGranted{principal.authid, principal.credentials.role, principal.provider};
    }

  private:
    AuthContext context_;
};

}  // namespace

std::unique_ptr<Authenticator> make_tls(AuthContext context) {
    return std::make_unique<Tls>(std::move(context));
}

}  // namespace kreisel
