#include "client/cli/patterns.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace kreisel::client {

namespace {

template <class Policy>
void add_policy_option(CLI::App& command, const char* name, Policy& policy,
                       const std::vector<Policy>& policies, const char* help) {
    std::vector<std::string> words;
    for (const Policy each : policies) words.emplace_back(to_text(each));
    const auto take = [&policy, policies, words](const std::string& word) {
        const auto found = std::find(words.begin(), words.end(), word);
        policy = policies[static_cast<std::size_t>(found - words.begin())];
    };
    command.add_option_function<std::string>(name, take, help)
        ->check(CLI::IsMember(words))
        ->default_str(words.front());
}

}  // namespace

void add_match_option(CLI::App& command, MatchPolicy& match) {
    add_policy_option<MatchPolicy>(command, "--match", match,
                                   {MatchPolicy::exact, MatchPolicy::prefix, MatchPolicy::wildcard},
                                   "What the URI stands for");
}

void add_invoke_option(CLI::App& command, InvokePolicy& invoke) {
    add_policy_option<InvokePolicy>(command, "--invoke", invoke,
                                    {InvokePolicy::single, InvokePolicy::first, InvokePolicy::last,
                                     InvokePolicy::roundrobin, InvokePolicy::random},
                                    "Which of several callees is called");
}

}  // namespace kreisel::client
