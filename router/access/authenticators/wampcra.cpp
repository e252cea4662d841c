// WAMP-CRA: the peer signs a challenge with a shared secret
// (rfc/text/advanced/authentication_cra).
#include "common/auth/wampcra.hpp"

#include "router/access/authenticator.hpp"

namespace kreisel {

namespace {

class WampCra final : public Authenticator {
  public:
    explicit WampCra(AuthContext context) : context_(std::move(context)) {}

    AuthStep begin() override {
        const UserCredentials& credentials = context_.principal.credentials;
        const UserCredentials::WampCra& secret = *credentials.wampcra;
        challenge_ = wampcra_challenge({.authid = context_.principal.authid,
                                        .authrole = credentials.role,
                                        .authprovider = context_.principal.provider,
                                        .nonce = random_base64(context_.random),
                                        .timestamp = context_.now,
                                        .session = context_.session.value});
        Dict extra{{"challenge", challenge_}};
        if (!secret.salt.empty()) {
            extra.append("salt", secret.salt);
            extra.append("iterations", std::uint64_t{secret.iterations});
            extra.append("keylen", std::uint64_t{secret.key_bytes});
        }
        return AuthChallenge{std::move(extra)};
    }

    AuthStep on_authenticate(const Authenticate& message, WallTime) override {
        const Principal& principal = context_.principal;
        // The same work for stand-ins: neither answer nor time tells whether a user exists.
        const std::string expected =
            wampcra_sign(principal.credentials.wampcra->secret, challenge_);
        const bool is_equal = is_equal_in_constant_time(expected, message.signature);
        if (!is_equal || !principal.is_known) {
            return deny_proof(AuthMethod::wampcra, principal, "signature");
        }
        return AuthGranted{principal.authid, principal.credentials.role, principal.provider};
    }

  private:
    AuthContext context_;
    std::string challenge_;
};

}  // namespace

std::unique_ptr<Authenticator> make_wampcra(AuthContext context) {
    return std::make_unique<WampCra>(std::move(context));
}

}  // namespace kreisel
