// SCRAM: client and router prove to each other that they know a password
// (rfc/text/advanced/authentication_scram, RFC 5802).
#include "common/auth/scram.hpp"

#include "client/core/login/method.hpp"
#include "common/auth/octets.hpp"
#include "common/auth/saslprep.hpp"
#include "common/auth/wampcra.hpp"
#include "common/base/base64.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace kreisel::client {

namespace {

constexpr std::size_t nonce_octets = 24;
constexpr std::size_t nonce_bytes_max = 1024;
constexpr std::size_t salt_bytes_max = 1024;
/// RFC 7677 4. Fewer would hand whoever poses as the router a password that is cheap to try.
constexpr std::uint64_t pbkdf2_iterations_min = 4096;
constexpr std::uint64_t argon2_memory_kib_min = 8;

class ScramMethod final : public LoginMethod {
  public:
    ScramMethod(const Scram& credentials, const LoginContext& context, Random& random)
        : credentials_(credentials), limits_(context.limits) {
        std::array<std::uint8_t, nonce_octets> octets{};
        random.fill(octets);
        exchange_.authid = context.authid;
        exchange_.client_nonce = to_base64(octets);
        exchange_.channel_binding = context.channel_binding;
        exchange_.cbind_data = context.channel_id;
    }

    std::string_view name() const override { return is_wamp() ? "wamp-scram" : "scram"; }

    void introduce(Dict& authextra) const override {
        authextra.set("nonce", exchange_.client_nonce);
        if (!exchange_.channel_binding.empty()) {
            authextra.set("channel_binding", exchange_.channel_binding);
        }
    }

    Result<Authenticate> answer(const Challenge& challenge) override {
        if (const std::string why = take_nonce(challenge.extra); !why.empty()) {
            return refuse_challenge(name(), why);
        }
        const auto parameters = read_parameters(challenge.extra);
        if (!parameters) return refuse_challenge(name(), parameters.error());
        const auto salted = scram_salted_password(credentials_.password, *parameters);
        if (!salted) {
            return refuse_challenge(name(), "no key can be derived with its parameters");
        }
        exchange_.iterations = parameters->iterations;
        const std::string said =
            scram_auth_message(exchange_, is_wamp() ? ScramDialect::wamp : ScramDialect::autobahn);
        const std::string proof = scram_proof(scram_client_key(*salted), said);
        server_signature_ = scram_server_signature(scram_server_key(*salted), said);
        const bool is_bound = !exchange_.channel_binding.empty();
        return Authenticate{
            to_base64(octets_of(proof)),
            {{"nonce", exchange_.nonce},
             {"channel_binding", is_bound ? Value(exchange_.channel_binding) : Value()},
             {"cbind_data",
              is_bound ? Value(to_base64(octets_of(exchange_.cbind_data))) : Value()}}};
    }

    Result<void> check(const Welcome& welcome) const override {
        const Dict* extra = welcome.details.find_dict("authextra");
        std::string_view verifier;
        if (extra != nullptr) {
            verifier =
                extra->find_text(is_wamp() ? "verifier" : "scram_server_signature").value_or("");
        }
        // As RFC 5802 writes it, and an example of the specification too.
        if (verifier.starts_with("v=")) verifier.remove_prefix(2);
        const auto octets = octets_from_base64(verifier);
        if (octets && is_equal_in_constant_time(server_signature_, *octets)) return {};
        return fail(
            uris::authentication_failed,
            "the router did not prove that it knows the user: its signature in WELCOME is " +
                std::string(verifier.empty() ? "missing" : "wrong"));
    }

    bool proves_router() const override { return true; }

  private:
    [[nodiscard]] bool is_wamp() const { return credentials_.dialect == Scram::Dialect::wamp; }

    /// Empty, or what is wrong with it.
    [[nodiscard]] std::string take_nonce(const Dict& extra) {
        exchange_.nonce = extra.find_text("nonce").value_or("");
        if (!exchange_.nonce.starts_with(exchange_.client_nonce)) {
            return "its nonce does not begin with the client's";
        }
        if (exchange_.nonce.size() == exchange_.client_nonce.size()) {
            return "its nonce adds nothing to the client's";
        }
        if (exchange_.nonce.size() > nonce_bytes_max) return "its nonce is too long";
        // RFC 5802 7: printable, and the comma is what separates.
        const bool is_printable =
            std::all_of(exchange_.nonce.begin(), exchange_.nonce.end(),
                        [](char c) { return c > ' ' && c <= '~' && c != ','; });
        return is_printable ? "" : "its nonce holds characters that it may not";
    }

    [[nodiscard]] tl::expected<ScramParameters, std::string> read_parameters(const Dict& extra) {
        const auto wrong = [](std::string why) {
            return tl::unexpected<std::string>(std::move(why));
        };
        const auto kdf = scram_kdf_of(extra.find_text("kdf").value_or(""));
        if (!kdf || (*kdf == ScramKdf::autobahn_argon2id && is_wamp())) {
            return wrong("its kdf is none that this client knows");
        }
        exchange_.salt = extra.find_text("salt").value_or("");
        const auto salt = octets_from_base64(exchange_.salt);
        if (!salt || salt->empty() || salt->size() > salt_bytes_max) {
            return wrong("its salt is no base64 of 1 to 1024 octets");
        }
        const std::uint64_t iterations = extra.find_uint("iterations").value_or(0);
        const std::uint64_t memory = extra.find_uint("memory").value_or(0);
        if (*kdf == ScramKdf::pbkdf2) {
            if (iterations < pbkdf2_iterations_min || iterations > limits_.iterations_max) {
                return wrong("iterations must be between 4096 and " +
                             std::to_string(limits_.iterations_max));
            }
        } else {
            if (memory < argon2_memory_kib_min || memory > limits_.memory_kib_max) {
                return wrong("memory must be between 8 and " +
                             std::to_string(limits_.memory_kib_max) + " KiB");
            }
            if (iterations == 0 || iterations > limits_.work_kib_max / memory) {
                return wrong("it asks for no work, or for more than " +
                             std::to_string(limits_.work_kib_max) + " KiB times iterations");
            }
        }
        return ScramParameters{*kdf, *salt, static_cast<unsigned>(iterations),
                               *kdf == ScramKdf::pbkdf2 ? 0 : static_cast<unsigned>(memory)};
    }

    Scram credentials_;
    DerivationLimits limits_;
    ScramExchange exchange_;
    std::string server_signature_;
};

}  // namespace

Result<LoginMethodPtr> make_method(const Scram& credentials, const LoginContext& context,
                                   Random& random) {
    if (context.authid.empty()) {
        return fail(uris::invalid_argument, "a log-in by SCRAM needs an authid");
    }
    if (!saslprep(credentials.password)) {
        return fail(uris::invalid_argument,
                    "the password for SCRAM holds characters that two keyboards may write in two "
                    "ways; take letters, digits and ASCII marks");
    }
    return std::make_unique<ScramMethod>(credentials, context, random);
}

}  // namespace kreisel::client
