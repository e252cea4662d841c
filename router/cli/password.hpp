#pragma once
// Passwords on the command line, and what is kept of them. Never an argument: arguments stand in
// process lists and histories.

#include "common/base/random.hpp"
#include "router/config/yaml_tree.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

/// From the terminal, twice and without echo; else the first line of standard input. The error is
/// one sentence.
[[nodiscard]] tl::expected<std::string, std::string> read_password();

/// What a realm can keep of a password: `ticket`, `wampcra`, `scram`, `scram-pbkdf2`.
[[nodiscard]] const std::vector<std::string>& password_forms();

/// One setting of a user for realms.yaml or a users file.
struct PasswordEntry {
    std::string key;
    YamlNode value;
};
/// The error says why the password cannot be kept in this form.
[[nodiscard]] tl::expected<PasswordEntry, std::string> make_password_entry(
    std::string_view form, std::string_view password, Random& random);

}  // namespace kreisel
