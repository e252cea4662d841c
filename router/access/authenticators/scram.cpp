// SCRAM: router and client prove to each other that they know a password, of which the router keeps
// a one-way derivative only (rfc/text/advanced/authentication_scram).
#include "common/auth/scram.hpp"

#include "common/auth/octets.hpp"
#include "common/auth/wampcra.hpp"
#include "common/base/base64.hpp"
#include "router/access/authenticator.hpp"
#include "router/access/quoted.hpp"

#include <array>

namespace kreisel {

namespace {

/// What is taken of the client's nonce; the specification recommends 24.
constexpr std::size_t nonce_max = 256;
constexpr std::size_t nonce_octets = 16;

std::string random_nonce(Random& random) {
    std::array<std::uint8_t, nonce_octets> octets{};
    random.fill(octets);
    return to_base64(octets);
}

class Scram final : public Authenticator {
  public:
    Scram(AuthContext context, AuthMethod method) : context_(std::move(context)), method_(method) {}

    AuthStep begin() override {
        const Dict& extra = authextra_of(context_.hello);
        const auto nonce = extra.find_text("nonce").value_or("");
        if (nonce.empty() || nonce.size() > nonce_max || !base64_decoded_size(nonce)) {
            return deny_form("HELLO.Details.authextra.nonce must be base64 of random octets");
        }
        if (const Value* wanted = extra.find("channel_binding")) {
            const auto* name = wanted->get_if<std::string>();
            const auto data = channel_binding_of(context_.peer, name == nullptr ? "" : *name);
            if (data.empty()) {
                return deny_form(
                    "this connection has no channel binding of the type that "
                    "HELLO.Details.authextra.channel_binding asks for");
            }
            exchange_.channel_binding = *name;
            exchange_.cbind_data = data;
        }
        const ScramParameters& parameters = context_.principal.credentials.scram->parameters;
        exchange_.authid = context_.principal.authid;
        exchange_.client_nonce = nonce;
        exchange_.nonce = std::string(nonce) + random_nonce(context_.random);
        exchange_.salt = to_base64(octets_of(parameters.salt));
        exchange_.iterations = parameters.iterations;
        const bool is_argon = parameters.kdf != ScramKdf::pbkdf2;
        return AuthChallenge{
            Dict{{"nonce", exchange_.nonce},
                 {"salt", exchange_.salt},
                 {"kdf", to_text(parameters.kdf)},
                 {"iterations", std::uint64_t{parameters.iterations}},
                 {"memory", is_argon ? Value(std::uint64_t{parameters.memory_kib}) : Value()}}};
    }

    AuthStep on_authenticate(const Authenticate& message, WallTime) override {
        const Principal& principal = context_.principal;
        const ScramCredentials& kept = *principal.credentials.scram;
        const bool is_wamp = method_ == AuthMethod::scram;
        const std::string said =
            scram_auth_message(exchange_, is_wamp ? ScramDialect::wamp : ScramDialect::autobahn);
        const std::string proof = octets_from_base64(message.signature).value_or("");
        // The same work for stand-ins: neither answer nor time tells whether a user exists.
        const bool is_right = scram_proof_fits(kept.stored_key, said, proof);
        const std::string verifier =
            to_base64(octets_of(scram_server_signature(kept.server_key, said)));
        // Autobahn's client repeats nothing.
        if (is_wamp && !repeats_exchange(message.extra)) {
            return deny_proof(method_, principal, "nonce or channel binding");
        }
        if (!is_right || !principal.is_known) return deny_proof(method_, principal, "proof");
        return AuthGranted{
            .authid = principal.authid,
            .role = principal.credentials.role,
            .provider = principal.provider,
            .authextra = Dict{{is_wamp ? "verifier" : "scram_server_signature", verifier}}};
    }

  private:
    /// AUTHENTICATE.Extra says again what HELLO and CHALLENGE did, and what the client sees of the
    /// channel is what we see of it.
    [[nodiscard]] bool repeats_exchange(const Dict& extra) const {
        if (extra.find_text("nonce") != exchange_.nonce) return false;
        if (exchange_.channel_binding.empty()) {
            return extra.find("channel_binding") == nullptr && extra.find("cbind_data") == nullptr;
        }
        if (extra.find_text("channel_binding") != exchange_.channel_binding) return false;
        const auto data = octets_from_base64(extra.find_text("cbind_data").value_or(""));
        return is_equal_in_constant_time(exchange_.cbind_data, data.value_or(""));
    }

    AuthContext context_;
    AuthMethod method_;
    ScramExchange exchange_;
};

}  // namespace

std::unique_ptr<Authenticator> make_scram(AuthContext context, AuthMethod method) {
    return std::make_unique<Scram>(std::move(context), method);
}

}  // namespace kreisel
