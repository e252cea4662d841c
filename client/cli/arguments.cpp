#include "client/cli/arguments.hpp"

#include "client/cli/faults.hpp"
#include "client/cli/json.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <utility>

namespace kreisel::client {

namespace {

/// Words that a blank in front shields, and those that look as if they were shielded.
enum class Danger : std::uint8_t { brackets, brackets_and_dash };
bool is_in_danger(const std::string& word, Danger danger) {
    const std::size_t start = word.find_first_not_of(' ');
    if (start == std::string::npos) return false;
    if (word[start] == '-') return start > 0 || danger == Danger::brackets_and_dash;
    return word[start] == '[' && word.back() == ']';
}

Value read_word(const std::string& word, const ArgumentOptions& options, const std::string& name) {
    const auto as_text = [&]() -> Value {
        if (is_text(word)) return word;
        throw UsageFault(name + " is neither JSON nor UTF-8 text");
    };
    if (options.is_text_only) return as_text();
    auto value = parse_json(word);
    if (value) return std::move(*value);
    if (options.is_json_only) throw UsageFault(name + " is no JSON: " + value.error());
    return as_text();
}

}  // namespace

void add_argument_options(CLI::App& command, ArgumentOptions& options) {
    command
        .add_option("ARG", options.words,
                    "Arguments: JSON if they parse as JSON, else text; behind -- also those that "
                    "begin with a dash")
        ->expected(0, -1);
    command.add_option("-k,--kwarg", options.named, "Arguments by name")
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->take_all()
        ->allow_extra_args(false);
    auto* json = command.add_flag("--json", options.is_json_only,
                                  "An argument that is no JSON is an error, not text");
    command.add_flag("--text", options.is_text_only, "All arguments are text")->excludes(json);
}

Reply read_arguments(const ArgumentOptions& options) {
    Reply reply;
    for (const std::string& word : options.words) {
        const std::string name = "argument " + std::to_string(reply.args.size() + 1);
        reply.args.push_back(read_word(unshielded(word), options, name));
    }
    for (const std::string& named : options.named) {
        const std::size_t equals = named.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw UsageFault("-k '" + named + "': write NAME=VALUE");
        }
        std::string name = named.substr(0, equals);
        if (!is_text(name)) throw UsageFault("the name of a -k is no UTF-8 text");
        if (reply.kwargs.has(name)) throw UsageFault("-k " + name + " stands twice");
        Value value = read_word(named.substr(equals + 1), options, "-k " + name);
        reply.kwargs.append(std::move(name), std::move(value));
    }
    return reply;
}

Reply read_argument_line(const std::string& line, std::size_t number) {
    auto value = parse_json(line);
    if (!value) {
        throw UsageFault("line " + std::to_string(number) +
                         " of standard input is no JSON: " + value.error());
    }
    if (const auto* list = value->get_if<List>()) return {*list, {}};
    const auto* dict = value->get_if<Dict>();
    if (dict == nullptr || (!dict->has("args") && !dict->has("kwargs"))) {
        return {{std::move(*value)}, {}};
    }
    Reply reply;
    if (const auto* args = dict->find_list("args")) reply.args = *args;
    if (const auto* kwargs = dict->find_dict("kwargs")) reply.kwargs = *kwargs;
    return reply;
}

std::vector<std::string> shielded_words(int count, char** arguments) {
    std::vector<std::string> words(arguments + 1, arguments + count);
    const bool takes_arguments = !words.empty() && (words[0] == "call" || words[0] == "publish");
    if (takes_arguments) {
        auto mark = std::find(words.begin(), words.end(), "--");
        for (auto word = words.begin(); word != words.end(); ++word) {
            const Danger danger = word > mark ? Danger::brackets_and_dash : Danger::brackets;
            if (word != mark && is_in_danger(*word, danger)) word->insert(word->begin(), ' ');
        }
        // CLI11 would end the subcommand there.
        if (mark != words.end()) words.erase(mark);
    }
    // Backwards, as CLI11 wants them.
    std::reverse(words.begin(), words.end());
    return words;
}

std::string unshielded(const std::string& word) {
    const bool is_shielded =
        !word.empty() && word.front() == ' ' && is_in_danger(word, Danger::brackets_and_dash);
    return is_shielded ? word.substr(1) : word;
}

}  // namespace kreisel::client
