#pragma once
// The exchanges of bench_compare, made as bench_load makes them with WAMP routers (scenario.hpp):
// the same window, one write for all that became free in a turn, the same checks and figures.

#include "bench/load/scenario.hpp"

#include <string>

namespace kreisel::compare {

/// `topics` topics with one publisher and `subscribers` subscribers each; counts events.
[[nodiscard]] load::LoadReport run_publish(const std::string& protocol,
                                           const load::LoadOptions& options);

/// `callers` callers, `callees` callees (none for `echo`) that answer at once; counts replies.
[[nodiscard]] load::LoadReport run_calls(const std::string& protocol,
                                         const load::LoadOptions& options);

}  // namespace kreisel::compare
