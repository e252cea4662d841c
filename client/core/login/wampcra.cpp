// WAMP-CRA: the router's challenge signed with a shared secret, or with what a salt makes of it
// (rfc/text/advanced/authentication_cra).
#include "common/auth/wampcra.hpp"

#include "client/core/login/method.hpp"

namespace kreisel::client {

namespace {

constexpr std::uint64_t iterations_default = 1000;
constexpr std::uint64_t key_bytes_default = 32;
constexpr std::uint64_t key_bytes_max = 256;
constexpr std::size_t salt_bytes_max = 1024;

/// A number of the challenge; `missing` if it is not there, 0 if it is none.
std::uint64_t number_of(const Dict& extra, std::string_view key, std::uint64_t missing) {
    if (extra.find(key) == nullptr) return missing;
    return extra.find_uint(key).value_or(0);
}

class WampCraMethod final : public LoginMethod {
  public:
    WampCraMethod(std::string secret, const DerivationLimits& limits)
        : secret_(std::move(secret)), limits_(limits) {}

    std::string_view name() const override { return "wampcra"; }

    Result<Authenticate> answer(const Challenge& challenge) override {
        const Dict& extra = challenge.extra;
        const auto text = extra.find_text("challenge");
        if (!text || text->empty()) return refuse_challenge(name(), "it holds no challenge");
        const auto salt = extra.find_text("salt").value_or("");
        if (salt.empty()) return Authenticate{wampcra_sign(secret_, *text), {}};
        const auto iterations = number_of(extra, "iterations", iterations_default);
        const auto key_bytes = number_of(extra, "keylen", key_bytes_default);
        if (iterations == 0 || iterations > limits_.iterations_max) {
            return refuse_challenge(name(), "iterations must be between 1 and " +
                                                std::to_string(limits_.iterations_max));
        }
        if (key_bytes == 0 || key_bytes > key_bytes_max) {
            return refuse_challenge(name(), "keylen must be between 1 and 256");
        }
        if (salt.size() > salt_bytes_max) {
            return refuse_challenge(name(), "the salt is longer than 1024 octets");
        }
        const std::string key = wampcra_key(secret_, salt, static_cast<unsigned>(iterations),
                                            static_cast<std::size_t>(key_bytes));
        return Authenticate{wampcra_sign(key, *text), {}};
    }

  private:
    std::string secret_;
    DerivationLimits limits_;
};

}  // namespace

Result<LoginMethodPtr> make_method(const WampCra& credentials, const LoginContext& context,
                                   Random&) {
    return std::make_unique<WampCraMethod>(credentials.secret, context.limits);
}

}  // namespace kreisel::client
