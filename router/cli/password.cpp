#include "router/cli/password.hpp"

#include "common/auth/octets.hpp"
#include "common/auth/password.hpp"
#include "common/auth/scram.hpp"
#include "common/auth/wampcra.hpp"
#include "common/base/base64.hpp"
#include "router/config/yaml_print.hpp"

#include <array>
#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace kreisel {

namespace {

// What a client has to work: a browser derives in less than half a second.
constexpr unsigned pbkdf2_iterations = 10'000;
constexpr unsigned key_bytes = 32;
constexpr PasswordCost argon2_cost{};

/// The terminal shows nothing of what is typed, for as long as this lives.
class Silence {
  public:
    Silence() {
        is_active_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (is_active_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~Silence() {
        if (is_active_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

  private:
    termios before_{};
    bool is_active_ = false;
};

std::string ask(const char* prompt) {
    std::cerr << prompt << std::flush;
    const Silence silence;
    std::string line;
    std::getline(std::cin, line);
    std::cerr << '\n';
    return line;
}

std::string random_octets(Random& random) {
    std::array<std::uint8_t, 16> octets{};
    random.fill(octets);
    return {octets.begin(), octets.end()};
}

YamlNode number(std::uint64_t value) { return yaml_scalar(std::to_string(value)); }
YamlNode base64(const std::string& octets) { return yaml_scalar(to_base64(octets_of(octets))); }

PasswordEntry make_wampcra(std::string_view password, Random& random) {
    const std::string salt = to_base64(octets_of(random_octets(random)));
    return {"wampcra",
            yaml_map(
                {{"secret", yaml_scalar(wampcra_key(password, salt, pbkdf2_iterations, key_bytes))},
                 {"salt", yaml_scalar(salt)},
                 {"iterations", number(pbkdf2_iterations)},
                 {"key_bytes", number(key_bytes)}})};
}

tl::expected<PasswordEntry, std::string> make_scram(ScramKdf kdf, std::string_view password,
                                                    Random& random) {
    const bool is_pbkdf2 = kdf == ScramKdf::pbkdf2;
    const ScramParameters parameters{
        .kdf = kdf,
        .salt = random_octets(random),
        .iterations = is_pbkdf2 ? pbkdf2_iterations : argon2_cost.iterations,
        .memory_kib = is_pbkdf2 ? 0 : argon2_cost.memory_kib};
    const auto kept = scram_credentials(password, parameters);
    if (!kept) {
        return tl::unexpected(std::string(
            "SCRAM does not take this password: a character in it cannot be typed on every system "
            "(SASLprep)"));
    }
    YamlNode map = yaml_map({{"kdf", yaml_scalar(std::string(to_text(kdf)))},
                             {"salt", base64(parameters.salt)},
                             {"iterations", number(parameters.iterations)}});
    if (!is_pbkdf2) {
        map.entries.push_back({yaml_scalar("memory"), number(parameters.memory_kib)});
    }
    map.entries.push_back({yaml_scalar("stored_key"), base64(kept->stored_key)});
    map.entries.push_back({yaml_scalar("server_key"), base64(kept->server_key)});
    return PasswordEntry{"scram", std::move(map)};
}

}  // namespace

tl::expected<std::string, std::string> read_password() {
    std::string password;
    if (::isatty(STDIN_FILENO) == 1) {
        password = ask("Password: ");
        if (ask("Again: ") != password) {
            return tl::unexpected(std::string("the two passwords differ"));
        }
    } else {
        std::getline(std::cin, password);
        if (!password.empty() && password.back() == '\r') password.pop_back();
    }
    if (password.empty()) return tl::unexpected(std::string("there is no password"));
    if (password.size() > password_bytes_max) {
        return tl::unexpected(std::string("the password has more than 4096 octets"));
    }
    return password;
}

const std::vector<std::string>& password_forms() {
    static const std::vector<std::string> forms = {"ticket", "wampcra", "scram", "scram-pbkdf2"};
    return forms;
}

tl::expected<PasswordEntry, std::string> make_password_entry(std::string_view form,
                                                             std::string_view password,
                                                             Random& random) {
    if (form == "wampcra") return make_wampcra(password, random);
    if (form == "scram") return make_scram(ScramKdf::argon2id13, password, random);
    if (form == "scram-pbkdf2") return make_scram(ScramKdf::pbkdf2, password, random);
    return PasswordEntry{"ticket_hash", yaml_scalar(make_password_hash(password, random))};
}

}  // namespace kreisel
