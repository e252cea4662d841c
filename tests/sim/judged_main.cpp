// sim_authorizer: random runs of sessions that an authorizer decides about, judged by an oracle.
//
//     sim_authorizer --seeds 2000 --steps 400     all of them; prints what happened
//     sim_authorizer --seed 17                    one, with every message

#include "tests/sim/judged_world.hpp"

#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <string>

namespace {

using namespace kreisel;

using Counts = std::map<std::string, std::uint64_t>;

/// The fault of a run, or nothing.
std::string run(std::uint64_t seed, std::uint64_t steps, Counts& counts,
                const std::function<void(const std::string&)>& trace) {
    try {
        sim::JudgedWorld world(seed, trace);
        for (std::uint64_t i = 0; i < steps; ++i) world.step();
        world.end();
        for (const auto& [what, count] : world.counts()) counts[what] += count;
        return {};
    } catch (const sim::Fault& fault) {
        return fault.what();
    }
}

int explain(std::uint64_t seed, std::uint64_t steps) {
    Counts counts;
    const std::string fault =
        run(seed, steps, counts, [](const std::string& line) { std::cout << line << "\n"; });
    std::cout << (fault.empty() ? "no fault" : fault) << "\n";
    return fault.empty() ? 0 : 1;
}

/// What must have happened for the runs to mean anything.
bool is_complete(const Counts& counts) {
    bool is_all = true;
    for (const char* what :
         {"question", "call gets through", "a question is forgotten", "a ruling for ever",
          "a ruling for a while", "refused with wamp.error.not_authorized",
          "refused with wamp.error.authorization_failed", "refused with wamp.error.limit_exceeded",
          "refused with wamp.error.canceled"}) {
        if (counts.contains(what) && counts.at(what) > 0) continue;
        std::cout << "never happened: " << what << "\n";
        is_all = false;
    }
    return is_all;
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t seeds = 2000;
    std::uint64_t steps = 400;
    std::optional<std::uint64_t> seed;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string word = argv[i];
        const std::uint64_t number = std::strtoull(argv[i + 1], nullptr, 10);
        if (word == "--seeds") seeds = number;
        if (word == "--steps") steps = number;
        if (word == "--seed") seed = number;
    }
    if (seed) return explain(*seed, steps);
    Counts counts;
    for (std::uint64_t one = 1; one <= seeds; ++one) {
        const std::string fault = run(one, steps, counts, {});
        if (fault.empty()) continue;
        std::cout << "seed " << one << ": " << fault << "\nreplay: sim_authorizer --seed " << one
                  << " --steps " << steps << "\n";
        return 1;
    }
    for (const auto& [what, count] : counts) std::cout << what << " " << count << "\n";
    std::cout << seeds << " seeds x " << steps << " steps, no fault\n";
    return is_complete(counts) ? 0 : 1;
}
