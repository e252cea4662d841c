#pragma once
// Runs one script through one driver.

#include "tests/scenario/lib/driver.hpp"

#include <optional>
#include <string>

namespace kreisel::scenario {

struct Failure {
    int line = 0;
    std::string source;    ///< the line of the text
    std::string expected;  ///< with names filled in
    std::string got;
};

/// The first failure, or nothing.
[[nodiscard]] std::optional<Failure> run_script(const Script& script, Driver& driver);

}  // namespace kreisel::scenario
