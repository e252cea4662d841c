// kreisel hash-password, kreisel keygen.
#include "common/auth/cryptosign.hpp"
#include "common/auth/octets.hpp"
#include "router/cli/command.hpp"
#include "router/cli/password.hpp"
#include "router/config/yaml_print.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <memory>
#include <unistd.h>

namespace kreisel {

namespace {

int hash_password(const std::vector<std::string>& forms) {
    const auto password = read_password();
    if (!password) {
        std::cerr << "kreisel: " << password.error() << '\n';
        return exit_failed;
    }
    SystemRandom random;
    for (const std::string& form : forms.empty() ? password_forms() : forms) {
        auto entry = make_password_entry(form, *password, random);
        if (!entry) {
            std::cerr << "kreisel: " << entry.error() << '\n';
            return exit_failed;
        }
        if (forms.empty()) std::cout << "# " << form << '\n';
        std::cout << print_yaml(yaml_map({{entry->key, std::move(entry->value)}}));
    }
    return exit_ok;
}

int make_key(const std::string& path) {
    std::array<std::uint8_t, cryptosign_key_size> octets{};
    SystemRandom random;
    random.fill(octets);
    const std::string seed(octets.begin(), octets.end());
    // Another key is never overwritten: it may be the only one.
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        std::cerr << "kreisel: cannot make " << path << ": " << std::strerror(errno) << '\n';
        return exit_failed;
    }
    const std::string text = to_hex(seed) + "\n";
    const bool is_written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(file) == 0;
    ::close(file);
    if (!is_written) {
        std::cerr << "kreisel: cannot write " << path << '\n';
        return exit_failed;
    }
    std::cerr << "private key in " << path << " (mode 0600); the public key:\n";
    std::cout << to_hex(*cryptosign_public_key(seed)) << '\n';
    return exit_ok;
}

}  // namespace

Command make_hash_password_command(CLI::App& application) {
    CLI::App* command = application.add_subcommand(
        "hash-password",
        "What to keep of a password, for realms.yaml or a users file. The password is read from "
        "the terminal, or as the first line of standard input");
    auto forms = std::make_shared<std::vector<std::string>>();
    command->add_option("--for", *forms, "Only for these methods")
        ->check(CLI::IsMember(password_forms()));
    return {command, [forms] { return hash_password(*forms); }};
}

Command make_keygen_command(CLI::App& application) {
    CLI::App* command = application.add_subcommand(
        "keygen",
        "Make a key pair for cryptosign: the private key into a new file as 64 hex "
        "digits, the public key to standard output");
    auto path = std::make_shared<std::string>();
    command->add_option("file", *path, "File of the private key; must not exist")->required();
    return {command, [path] { return make_key(*path); }};
}

}  // namespace kreisel
