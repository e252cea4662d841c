// What the methods of log-in share.
#include "common/base/base64.hpp"
#include "common/base/check.hpp"
#include "common/wamp/errors.hpp"
#include "router/access/authenticator.hpp"

#include <array>

namespace kreisel {

AuthStep Authenticator::on_authenticate(const Authenticate&, WallTime) {
    CHECK(false, "AUTHENTICATE goes to methods that sent a CHALLENGE");
    return AuthDenied{};
}

AuthStep Authenticator::on_answer(AuthAnswer) {
    CHECK(false, "answers go to methods that asked");
    return AuthDenied{};
}

std::string random_base64(Random& random) {
    std::array<std::uint8_t, 33> bytes{};
    random.fill(bytes);
    return to_base64(bytes);
}

AuthDenied deny_proof(AuthMethod method, const Principal& principal, std::string_view proof) {
    return {uris::authentication_denied, "the " + std::string(to_text(method)) + " log-in failed",
            (principal.is_known ? "gave a wrong " : "is no user; it gave a ") + std::string(proof)};
}

AuthDenied deny_unanswered(const Error& error) {
    return {uris::authentication_failed, "the log-in could not be judged now; try again later",
            "could not be judged: " + error.text};
}

}  // namespace kreisel
