#pragma once
// What stands behind the URI on a command line: the args and kwargs of a call or publication.
//
//     kreisel call com.example.add 2 '{"b": [3]}' some text -k unit=metre

#include "client/values/results.hpp"
#include "common/base/command.hpp"

#include <string>
#include <vector>

namespace kreisel::client {

struct ArgumentOptions {
    std::vector<std::string> words;
    std::vector<std::string> named;  ///< `name=value`
    bool is_json_only = false;
    bool is_text_only = false;
};

void add_argument_options(CLI::App& command, ArgumentOptions& options);

/// JSON where it parses, else text. Throws UsageFault.
[[nodiscard]] Reply read_arguments(const ArgumentOptions& options);

/// A line of standard input as arguments: a list is args, a dict with `args` or `kwargs` is what
/// `subscribe` prints, anything else the one argument. Throws UsageFault; `number` names the line.
[[nodiscard]] Reply read_argument_line(const std::string& line, std::size_t number);

/// The words of the command line, backwards and without the program's name, as CLI11 wants them. It
/// takes `[1,2]` apart and knows no words behind `--` that begin with a dash; a blank in front of
/// such arguments of `call` and `publish` prevents both.
[[nodiscard]] std::vector<std::string> shielded_words(int count, char** arguments);
[[nodiscard]] std::string unshielded(const std::string& word);

}  // namespace kreisel::client
