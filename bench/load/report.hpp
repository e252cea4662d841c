#pragma once
// A LoadReport for people and as one JSON object, for bench/run and comparisons over time.

#include "bench/load/scenario.hpp"

#include <string>

namespace kreisel::load {

[[nodiscard]] std::string to_lines(const LoadReport& report);

/// One line. `scenario` and what was asked for go in as well, so that a stored file explains
/// itself.
[[nodiscard]] std::string to_json(const LoadReport& report, const std::string& scenario,
                                  const LoadOptions& options);

}  // namespace kreisel::load
