// Tokens and key sets: with an even first octet a JWK set, else a token, whose parts the input
// gives unsigned; the signature is put right, so that the claims are reached.
#include "common/auth/wampcra.hpp"
#include "common/base/base64.hpp"
#include "common/base/check.hpp"
#include "router/access/jwt.hpp"

#include <string>

namespace {

const std::string secret(32, 's');

std::string to_base64url(std::string_view octets) {
    std::string text =
        kreisel::to_base64({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    while (!text.empty() && text.back() == '=') text.pop_back();
    return text;
}

void judge(const std::string& token, bool is_signed) {
    using namespace kreisel;
    static const VerificationKey key = *VerificationKey::from_secret(secret);
    JwtRules rules;
    rules.default_role = "guest";
    rules.keys = {{"", key}};
    const WallTime now{std::chrono::seconds{1'700'000'000}};
    const auto identity = judge_jwt(token, rules, now);
    if (!identity) return;
    CHECK(is_signed, "only what is signed is taken");
    CHECK(!identity->authid.empty() && !identity->roles.empty(), "who is in has name and role");
    CHECK(identity->expires > now, "who is in is so for a while");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string input(reinterpret_cast<const char*>(data + 1), size - 1);
    if (data[0] % 2 == 0) {
        const auto keys = kreisel::parse_jwks(input);
        if (keys) CHECK(!keys->empty(), "a set that is taken has a key");
        return 0;
    }
    // As it came nobody can have signed it.
    judge(input, false);
    const std::string text =
        to_base64url(R"({"alg":"HS256"})") + "." + to_base64url(input.substr(0, 4000));
    judge(text + "." + to_base64url(kreisel::hmac_sha256(secret, text)), true);
    return 0;
}
