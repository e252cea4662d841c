// Anonymous: nobody is asked who it is; each session gets an authid of its own.
#include "router/access/authenticator.hpp"

#include <array>

namespace kreisel {

namespace {

std::string random_hex(Random& random) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::uint8_t, 12> bytes{};
    random.fill(bytes);
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

class Anonymous final : public Authenticator {
  public:
    explicit Anonymous(AuthContext context) : context_(std::move(context)) {}

    // A claimed authid proves nothing here.
    AuthStep begin() override {
        return AuthGranted{random_hex(context_.random), *context_.realm.anonymous_role};
    }

  private:
    AuthContext context_;
};

}  // namespace

std::unique_ptr<Authenticator> make_anonymous(AuthContext context) {
    return std::make_unique<Anonymous>(std::move(context));
}

}  // namespace kreisel
