// kreisel user add, remove, list.
#include "common/base/file_stamp.hpp"
#include "router/cli/command.hpp"
#include "router/cli/password.hpp"
#include "router/cli/users_editor.hpp"
#include "router/config/files.hpp"
#include "router/config/table.hpp"
#include "router/config/users_file.hpp"
#include "router/config/yaml_print.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace kreisel {

namespace {

struct UserOptions {
    std::string file = "users.yaml";
    std::string authid;
    std::string role;
    std::vector<std::string> forms;
    std::vector<std::string> public_keys;
    bool is_replacing = false;
};

int refuse(const std::string& why) {
    std::cerr << "kreisel: " << why << '\n';
    return exit_failed;
}

tl::expected<YamlNode, std::string> make_user(const UserOptions& options) {
    YamlNode user =
        yaml_map({{"authid", yaml_scalar(options.authid)}, {"role", yaml_scalar(options.role)}});
    std::vector<std::string> forms = options.forms;
    if (forms.empty() && options.public_keys.empty()) forms = {"ticket"};
    if (!forms.empty()) {
        const auto password = read_password();
        if (!password) return tl::unexpected(password.error());
        SystemRandom random;
        for (const std::string& form : forms) {
            auto entry = make_password_entry(form, *password, random);
            if (!entry) return tl::unexpected(entry.error());
            user.entries.push_back({yaml_scalar(entry->key), std::move(entry->value)});
        }
    }
    if (!options.public_keys.empty()) {
        YamlNode keys;
        keys.kind = YamlNode::Kind::list;
        for (const std::string& key : options.public_keys) keys.items.push_back(yaml_scalar(key));
        user.entries.push_back({yaml_scalar("cryptosign"), std::move(keys)});
    }
    return user;
}

int add_user(const UserOptions& options) {
    // The password first: nobody else waits for somebody who types.
    auto user = make_user(options);
    if (!user) return refuse(user.error());
    UsersEditor editor(options.file);
    if (auto opened = editor.open(UsersEditor::Missing::is_made); !opened) {
        return refuse(opened.error());
    }
    YamlNode* known = editor.find(options.authid);
    if (known != nullptr && !options.is_replacing) {
        return refuse("user '" + options.authid + "' is in " + options.file +
                      " already; --replace to change it");
    }
    if (known != nullptr) {
        *known = std::move(*user);
    } else {
        editor.users().push_back(std::move(*user));
    }
    if (auto saved = editor.save(); !saved) return refuse(saved.error());
    std::cout << options.authid << (known != nullptr ? " changed in " : " added to ")
              << options.file << '\n';
    if (FileStamp::of(options.file).is_open_to_others()) {
        std::cerr << "kreisel: others may read or write " << options.file
                  << ", so no router takes it; chmod 600\n";
    }
    return exit_ok;
}

int remove_user(const UserOptions& options) {
    UsersEditor editor(options.file);
    if (auto opened = editor.open(UsersEditor::Missing::is_error); !opened) {
        return refuse(opened.error());
    }
    const YamlNode* known = editor.find(options.authid);
    if (known == nullptr) {
        return refuse("there is no user '" + options.authid + "' in " + options.file);
    }
    editor.users().erase(editor.users().begin() + (known - editor.users().data()));
    if (auto saved = editor.save(); !saved) return refuse(saved.error());
    std::cout << options.authid << " removed from " << options.file << '\n';
    return exit_ok;
}

int list_users(const UserOptions& options) {
    const auto text = read_whole(options.file, users_file_bytes_max);
    if (!text) return refuse(options.file + " " + text.error());
    const auto users = parse_users(*text, options.file);
    if (!users) return print_errors(users.error());
    const YamlNode root = parse_yaml(*text).root;
    for (const YamlNode& user : root.items) {
        std::string methods;
        for (const auto& [key, value] : user.entries) {
            if (key.text == "authid" || key.text == "role") continue;
            methods += (methods.empty() ? "" : ", ") + key.text;
        }
        std::cout << place_of(user, "authid").text << "\t" << place_of(user, "role").text << "\t"
                  << methods << '\n';
    }
    return exit_ok;
}

void add_file_option(CLI::App& command, UserOptions& options) {
    command.add_option("-f,--file", options.file, "Users file")->capture_default_str();
}
void add_authid_option(CLI::App& command, UserOptions& options) {
    command.add_option("authid", options.authid, "Name of the user")->required();
}

}  // namespace

Command make_user_command(CLI::App& application) {
    CLI::App* command =
        application.add_subcommand("user",
                                   "Change the users file of a realm; comments in it are "
                                   "lost, a running router takes it over by itself");
    command->require_subcommand(1);
    auto options = std::make_shared<UserOptions>();
    auto* add = command->add_subcommand(
        "add",
        "Add a user; the password is read from the terminal, or as the first line of "
        "standard input");
    add_authid_option(*add, *options);
    add_file_option(*add, *options);
    add->add_option("-r,--role", options->role, "Role of the user")->required();
    add->add_option("--for", options->forms, "Methods that the password is for [ticket]")
        ->check(CLI::IsMember(password_forms()));
    add->add_option("--public-key", options->public_keys, "Public keys for cryptosign");
    add->add_flag("--replace", options->is_replacing, "Change the user if it is there");
    auto* remove = command->add_subcommand("remove", "Remove a user; its sessions end");
    add_authid_option(*remove, *options);
    add_file_option(*remove, *options);
    auto* list = command->add_subcommand("list", "List users with roles and methods");
    add_file_option(*list, *options);
    return {command, [options, add, remove] {
                if (add->parsed()) return add_user(*options);
                if (remove->parsed()) return remove_user(*options);
                return list_users(*options);
            }};
}

}  // namespace kreisel
