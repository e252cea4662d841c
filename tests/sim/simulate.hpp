#pragma once
// One simulated run, and making a failing one small.

#include "tests/sim/coverage.hpp"
#include "tests/sim/operation.hpp"

#include <functional>
#include <string>
#include <vector>

namespace kreisel::sim {

/// The fault of a run, or nothing.
[[nodiscard]] std::string simulate(std::uint64_t seed, const std::vector<Operation>& operations,
                                   Coverage& coverage,
                                   std::function<void(const std::string&)> trace = {});

/// The smallest list found that still fails, by leaving out runs of operations.
[[nodiscard]] std::vector<Operation> shrink(std::uint64_t seed, std::vector<Operation> operations);

}  // namespace kreisel::sim
