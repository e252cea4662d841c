// Cookie: the peer has logged in before, by another method, and its cookie stands for that.
#include "router/access/authenticator.hpp"

namespace kreisel {

namespace {

class Cookie final : public Authenticator {
  public:
    explicit Cookie(AuthContext context) : context_(std::move(context)) {}

    // That its user still exists and has this role was found out when the method was chosen.
    AuthStep begin() override {
        const CookieLogin& login = *context_.peer.cookie_login;
        return AuthGranted{.authid = login.authid,
                           .role = login.role,
                           .provider = login.provider,
                           .expires = login.session_expires};
    }

  private:
    AuthContext context_;
};

}  // namespace

std::unique_ptr<Authenticator> make_cookie(AuthContext context) {
    return std::make_unique<Cookie>(std::move(context));
}

}  // namespace kreisel
