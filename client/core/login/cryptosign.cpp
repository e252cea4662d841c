// Cryptosign: the router's challenge signed with an Ed25519 key, and the router's own signature
// checked if its key is known (rfc/text/advanced/authentication_cryptosign).
#include "common/auth/cryptosign.hpp"

#include "client/core/login/method.hpp"
#include "common/auth/octets.hpp"

#include <array>
#include <optional>

namespace kreisel::client {

namespace {

constexpr std::size_t challenge_octets = 32;

std::optional<std::string> read_private_key(const std::string& text) {
    if (text.find("-----BEGIN") != std::string::npos) return cryptosign_private_key_of_pem(text);
    auto key = from_hex(text);
    if (key && key->size() != cryptosign_key_size) return std::nullopt;
    return key;
}

class CryptosignMethod final : public LoginMethod {
  public:
    CryptosignMethod(std::string private_key, std::string router_key, const LoginContext& context,
                     Random& random)
        : private_key_(std::move(private_key)),
          router_key_(std::move(router_key)),
          channel_binding_(context.channel_binding),
          channel_id_(context.channel_id) {
        std::array<std::uint8_t, challenge_octets> octets{};
        random.fill(octets);
        own_challenge_.assign(octets.begin(), octets.end());
    }

    std::string_view name() const override { return "cryptosign"; }

    void introduce(Dict& authextra) const override {
        authextra.set("pubkey", to_hex(cryptosign_public_key(private_key_).value()));
        if (!router_key_.empty()) authextra.set("challenge", to_hex(own_challenge_));
        if (!channel_binding_.empty()) authextra.set("channel_binding", channel_binding_);
    }

    Result<Authenticate> answer(const Challenge& challenge) override {
        const Dict& extra = challenge.extra;
        const auto asked = from_hex(extra.find_text("challenge").value_or(""));
        if (!asked || asked->size() != challenge_octets) {
            return refuse_challenge(name(), "it is not of 64 hex digits");
        }
        // The specification lets a router go on unbound; who is in between could be that router.
        if (extra.find_text("channel_binding").value_or("") != channel_binding_) {
            return refuse_challenge(name(), "it is bound to another channel than was asked for");
        }
        if (!router_key_.empty() && !is_router(extra)) {
            return fail(uris::authentication_failed,
                        "the router did not prove that it has the key that router_key names");
        }
        return Authenticate{cryptosign_sign(private_key_, *asked, channel_id_), {}};
    }

    bool proves_router() const override { return !router_key_.empty(); }

  private:
    [[nodiscard]] bool is_router(const Dict& extra) const {
        const auto key = from_hex(extra.find_text("pubkey").value_or(""));
        return key == router_key_ && cryptosign_fits(router_key_, own_challenge_, channel_id_,
                                                     extra.find_text("signature").value_or(""));
    }

    std::string private_key_;    ///< octets, as the other keys here
    std::string router_key_;     ///< empty: any router will do
    std::string own_challenge_;  ///< for the router to sign
    std::string channel_binding_;
    std::string channel_id_;
};

}  // namespace

Result<LoginMethodPtr> make_method(const Cryptosign& credentials, const LoginContext& context,
                                   Random& random) {
    auto key = read_private_key(credentials.private_key);
    if (!key) {
        return fail(uris::invalid_argument,
                    "the private key for cryptosign must be 64 hex digits, or the PEM text of an "
                    "Ed25519 key without a passphrase");
    }
    auto router_key = from_hex(credentials.router_key);
    if (!router_key || (!router_key->empty() && router_key->size() != cryptosign_key_size)) {
        return fail(uris::invalid_argument, "router_key for cryptosign must be 64 hex digits");
    }
    return std::make_unique<CryptosignMethod>(std::move(*key), std::move(*router_key), context,
                                              random);
}

}  // namespace kreisel::client
