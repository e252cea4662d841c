#pragma once
// Which numbers of the router's checklist the texts cover. coverage.md lists the numbers that must
// be covered (`| 92 | ... |`) and those without a text, each with its reason (`| 102 | ... | -
// why`).

#include "tests/scenario/lib/script.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kreisel::scenario {

/// What is missing, one line a fault, or nothing.
[[nodiscard]] std::string find_missing(std::string_view table, const std::vector<Script>& scripts);

}  // namespace kreisel::scenario
