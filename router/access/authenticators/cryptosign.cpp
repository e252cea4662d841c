// Cryptosign: the peer signs a challenge with the private key of a public one that is known here;
// on request the router does the same (rfc/text/advanced/authentication_cryptosign).
#include "common/auth/cryptosign.hpp"

#include "common/auth/octets.hpp"
#include "router/access/authenticator.hpp"

#include <array>

namespace kreisel {

namespace {

constexpr std::size_t challenge_size = 32;

std::string random_challenge(Random& random) {
    std::array<std::uint8_t, challenge_size> octets{};
    random.fill(octets);
    return {octets.begin(), octets.end()};
}

class Cryptosign final : public Authenticator {
  public:
    explicit Cryptosign(AuthContext context) : context_(std::move(context)) {}

    // Whether the key is known is told after the signature only: else anybody could ask who has
    // which key.
    AuthStep begin() override {
        const Dict& extra = authextra_of(context_.hello);
        const auto key = from_hex(extra.find_text("pubkey").value_or(""));
        if (!key || key->size() != cryptosign_key_size) {
            return deny_form("HELLO.Details.authextra.pubkey must be 64 hex digits");
        }
        key_ = *key;
        // The specification lets a log-in go on unbound; the client sees it in CHALLENGE.
        const auto binding = extra.find_text("channel_binding").value_or("");
        channel_id_ = channel_id(binding);
        challenge_ = random_challenge(context_.random);
        Dict answer{{"challenge", to_hex(challenge_)},
                    {"channel_binding", channel_id_.empty() ? Value() : Value(binding)}};
        if (extra.find("challenge") != nullptr) {
            const auto asked = from_hex(extra.find_text("challenge").value_or(""));
            if (!asked || asked->size() != challenge_size) {
                return deny_form("HELLO.Details.authextra.challenge must be 64 hex digits");
            }
            prove_router(*asked, answer);
        }
        return AuthChallenge{std::move(answer)};
    }

    AuthStep on_authenticate(const Authenticate& message, WallTime) override {
        const Principal& principal = context_.principal;
        const bool is_right = cryptosign_fits(key_, challenge_, channel_id_, message.signature);
        if (!is_right) return deny_proof(AuthMethod::cryptosign, principal, "signature");
        if (!principal.is_known || !principal.credentials.has_public_key(key_)) {
            return deny_proof(AuthMethod::cryptosign, principal, "key, " + to_hex(key_));
        }
        return AuthGranted{principal.authid, principal.credentials.role, principal.provider};
    }

  private:
    /// 32 octets, or none. Of tls-unique, whose length is the cipher's affair, clients take the
    /// SHA-256.
    [[nodiscard]] std::string channel_id(std::string_view binding) const {
        const auto octets = channel_binding_of(context_.peer, binding);
        if (octets.empty() || octets.size() == challenge_size) return std::string(octets);
        return sha256(octets);
    }

    void prove_router(std::string_view asked, Dict& answer) const {
        const std::string& key = context_.realm.router_key;
        if (key.empty()) return;
        answer.append("pubkey", to_hex(cryptosign_public_key(key).value()));
        answer.append("signature", cryptosign_sign(key, asked, channel_id_));
    }

    AuthContext context_;
    std::string key_;
    std::string challenge_;
    std::string channel_id_;
};

}  // namespace

std::unique_ptr<Authenticator> make_cryptosign(AuthContext context) {
    return std::make_unique<Cryptosign>(std::move(context));
}

}  // namespace kreisel
