// kreisel completion: the words that bash offers, made of what the commands themselves declare.
#include "client/cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <map>
#include <memory>
#include <string>

namespace kreisel::client {

namespace {

constexpr const char* head = R"(# Completion of kreisel for bash; made by `kreisel completion bash`.
_kreisel() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local path="" words="" at
    # bash takes --option=value apart.
    if [[ $current == "=" ]]; then
        current=""
    elif [[ $previous == "=" ]]; then
        previous=${COMP_WORDS[COMP_CWORD-2]}
    fi
    for ((at = 1; at < COMP_CWORD; at++)); do
        case "$path ${COMP_WORDS[at]}" in
            COMMANDS) path="$path ${COMP_WORDS[at]}" ;;
        esac
    done
    case "$path $previous" in
)";

constexpr const char* middle = R"(    esac
    case "$path" in
)";

constexpr const char* tail = R"(    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _kreisel kreisel
)";

/// `--exact,-x` of an option as words.
std::vector<std::string> names_of(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option.get_snames()) names.push_back("-" + name);
    return names;
}

/// What may stand behind an option whose words CLI11 keeps to itself.
const std::map<std::string, std::string>& values_of_options() {
    static const std::map<std::string, std::string> values{
        {"--match", "exact prefix wildcard"},
        {"--invoke", "single first last roundrobin random"},
        {"--encoding", "json msgpack cbor"},
        {"--scram-dialect", "wamp crossbar"},
        {"--for", "ticket wampcra scram scram-pbkdf2"}};
    return values;
}

struct Script {
    std::string commands;  ///< patterns of `case`
    std::string values;    ///< behind which option which words
    std::string words;     ///< in which command which words
};

void describe_options(const CLI::App& command, const std::string& path, std::string& words,
                      Script& script) {
    for (const CLI::Option* option : command.get_options()) {
        for (const std::string& name : names_of(*option)) {
            if (name.starts_with("--")) words.append(" ").append(name);
            if (option->get_items_expected_max() == 0) continue;
            const auto known = values_of_options().find(name);
            const std::string values = known == values_of_options().end() ? "" : known->second;
            script.values.append("        \"" + path + " " + name +
                                 "\") COMPREPLY=($(compgen -W \"" + values +
                                 "\" -- \"$current\")); return ;;\n");
        }
    }
}

void describe(const CLI::App& command, const std::string& path, Script& script) {
    std::string words;
    if (path == " completion") words = " bash";
    describe_options(command, path, words, script);
    for (const CLI::App* part : command.get_subcommands([](const CLI::App*) { return true; })) {
        if (part->get_name().empty()) {
            describe_options(*part, path, words, script);
            continue;
        }
        const std::string name = path + " " + part->get_name();
        words.append(" ").append(part->get_name());
        script.commands.append(script.commands.empty() ? "" : " | ").append("\"" + name + "\"");
        describe(*part, name, script);
    }
    script.words.append("        \"" + path + "\") words=\"" + words + "\" ;;\n");
}

std::string bash_completion(const CLI::App& application) {
    Script script;
    describe(application, "", script);
    script.words.append("        *) words=\"\" ;;\n");
    std::string text = head;
    constexpr std::string_view place = "COMMANDS";
    text.replace(text.find(place), place.size(), script.commands);
    return text + script.values + middle + script.words + tail;
}

}  // namespace

Command make_completion_command(CLI::App& application) {
    CLI::App* command = application.add_subcommand(
        "completion",
        "Print what a shell needs to complete commands: eval \"$(kreisel completion "
        "bash)\"");
    auto shell = std::make_shared<std::string>();
    command->add_option("SHELL", *shell, "Which shell")->required()->check(CLI::IsMember({"bash"}));
    return {command, [&application] {
                std::cout << bash_completion(application);
                return exit_ok;
            }};
}

}  // namespace kreisel::client
