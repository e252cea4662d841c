#pragma once
// Options of `subscribe` and `register` whose values are a few words.

#include "client/core/options.hpp"
#include "common/base/command.hpp"

namespace kreisel::client {

void add_match_option(CLI::App& command, MatchPolicy& match);
void add_invoke_option(CLI::App& command, InvokePolicy& invoke);

}  // namespace kreisel::client
