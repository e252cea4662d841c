// A hostile router at log-in: lines of JSON are the messages that it sends to a client of every
// method. The client never does more work than its limits, never shows a secret but the ticket, and
// takes no WELCOME of a router that did not prove what it had to. The first octet chooses the
// methods; bit 7 binds to the channel.
#include "client/core/login/login.hpp"
#include "common/auth/octets.hpp"
#include "common/base/base64.hpp"
#include "common/base/check.hpp"
#include "common/codec/codec.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace kreisel;

const std::string secret = "swordfish-of-the-user";
const std::string key_digits(64, '7');

client::LoginSettings settings_of(std::uint8_t choice) {
    client::LoginSettings settings;
    settings.authid = "joe";
    settings.limits = {.iterations_max = 5000, .memory_kib_max = 64, .work_kib_max = 128};
    if ((choice & 1U) != 0) settings.credentials.emplace_back(client::WampCra{secret});
    if ((choice & 2U) != 0) settings.credentials.emplace_back(client::Scram{secret});
    if ((choice & 4U) != 0) {
        settings.credentials.emplace_back(client::Scram{secret, client::Scram::Dialect::crossbar});
    }
    if ((choice & 8U) != 0) settings.credentials.emplace_back(client::Cryptosign{key_digits});
    if ((choice & 16U) != 0) settings.credentials.emplace_back(client::TlsCertificate{});
    if ((choice & 128U) != 0) settings.channel_binding = client::ChannelBinding::tls_exporter;
    return settings;
}

void judge_text(std::string_view text) {
    CHECK(text.find(secret) == std::string_view::npos, "passwords are not shown");
    CHECK(text.find(key_digits) == std::string_view::npos, "nor keys");
}

/// The client's nonce is what the router repeats; `$nonce` in the input stands for it.
std::string with_nonce(std::string text, const std::string& nonce) {
    constexpr std::string_view mark = "$nonce";
    const auto at = text.find(mark);
    return at == std::string::npos ? text : text.replace(at, mark.size(), nonce);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > 4096) return 0;
    const auto settings = settings_of(data[0]);
    SeededRandom random(7);
    const auto login = client::make_login(settings, {.exporter = std::string(32, 'e')}, random);
    CHECK(login.has_value(), "these settings make sense");
    Dict hello;
    (*login)->introduce(hello);
    const Dict* extra = hello.find_dict("authextra");
    const std::string nonce(extra == nullptr ? "" : extra->find_text("nonce").value_or(""));
    const bool only_scram = (data[0] & 31U) == 2U;
    std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const std::string line = with_nonce(std::string(rest.substr(0, end)), nonce);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const auto message = decode(Encoding::json, SharedBytes::copy_of(line), {});
        if (!message) continue;
        if (const auto* challenge = std::get_if<Challenge>(&*message)) {
            const auto answer = (*login)->answer(*challenge);
            judge_text(answer ? std::string_view(answer->signature) : answer.error().what());
        } else if (const auto* welcome = std::get_if<Welcome>(&*message)) {
            const auto outcome = (*login)->check(*welcome);
            CHECK(!only_scram || !outcome, "the fuzzer does not know the password");
            if (!outcome) judge_text(outcome.error().what());
        }
    }
    return 0;
}
