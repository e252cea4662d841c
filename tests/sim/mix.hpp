#pragma once
// Mix: which parts of the advanced profile a seed leaves out, so that the order of calls and the
// callee of each can be foretold where nothing blurs them.

#include <cstdint>

namespace kreisel::sim {

struct Mix {
    /// Callees take so many invocations at a time, and calls wait. Permissions stay as they are:
    /// which of several callees loses its registration first would decide where the calls go.
    bool has_concurrency = false;
    /// Callees answer wamp.error.unavailable, and calls move.
    bool has_rerouting = false;
    /// All callees take calls in parts; else no caller that must wait sends any.
    bool has_able_callees = false;

    explicit Mix(std::uint64_t seed)
        : has_concurrency(seed % 3 == 1),
          has_rerouting(seed % 5 > 1),
          has_able_callees(seed % 2 == 0) {}

    [[nodiscard]] bool has_order() const { return !has_concurrency && !has_rerouting; }
};

}  // namespace kreisel::sim
