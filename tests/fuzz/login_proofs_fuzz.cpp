// What log-ins read of a peer's or a callee's text, chosen by the first octet: SASLprep, cookie
// headers, cryptosign's signatures, answers of dynamic authenticators (JSON, as the result of a
// callee would be).
#include "common/auth/cryptosign.hpp"
#include "common/auth/octets.hpp"
#include "common/auth/saslprep.hpp"
#include "common/base/check.hpp"
#include "common/codec/codec.hpp"
#include "router/access/cookie_table.hpp"
#include "router/access/dynamic_answer.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace kreisel;

void try_saslprep(std::string_view text) {
    const auto once = saslprep(text);
    if (!once) return;
    CHECK(once->size() <= text.size(), "nothing grows");
    CHECK(saslprep(*once) == once, "what is prepared stays as it is");
}

void try_cookie(std::string_view header) {
    const std::string value = cookie_value(header, "kreisel");
    if (value.empty()) return;
    CHECK(value.size() == cookie_digits && from_hex(value), "a value is one of ours");
    CHECK(header.find(value) != std::string_view::npos, "and stands in the header");
    CHECK(cookie_value("a=b; kreisel=" + value, "kreisel") == value, "and is found again");
}

void try_signature(std::string_view text) {
    static const std::string key = cryptosign_public_key(std::string(32, 'k')).value();
    // Nobody can sign this one without the private key.
    CHECK(!cryptosign_fits(key, std::string(32, 'c'), "", text), "a signature cannot be guessed");
    const auto octets = from_hex(text);
    if (octets) CHECK(to_hex(*octets).size() == text.size(), "two digits are an octet");
}

void try_answer(std::string_view text) {
    if (text.empty()) return;
    const auto method = static_cast<AuthMethod>(static_cast<unsigned char>(text[0]) % 7);
    const std::string call = "[50,1,{},[" + std::string(text.substr(1)) + "]]";
    const auto message = decode(
        Encoding::json,
        SharedBytes::copy_of({reinterpret_cast<const std::uint8_t*>(call.data()), call.size()}),
        {});
    const auto* result = message ? std::get_if<ResultMessage>(&*message) : nullptr;
    if (result == nullptr || result->payload.is_opaque) return;
    const List args = read_payload(result->payload).args;
    if (args.empty()) return;
    const auto answer = read_dynamic_answer(args.front(), method, "realm1");
    if (!answer) {
        CHECK(!answer.error().empty(), "a refusal has a reason");
        return;
    }
    CHECK(!answer->credentials.role.empty(), "an answer has a role");
    const bool needs_proof = method != AuthMethod::anonymous && method != AuthMethod::ticket &&
                             method != AuthMethod::tls;
    CHECK(!needs_proof || answer->credentials.offers(method), "and what the method needs");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    switch (data[0] % 4) {
        case 0:
            try_saslprep(text);
            break;
        case 1:
            try_cookie(text);
            break;
        case 2:
            try_signature(text);
            break;
        default:
            try_answer(text);
    }
    return 0;
}
