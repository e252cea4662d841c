// What finding the patterns that take a URI costs when 3 match: among these 3 only, and among
// 100,000. The ratio of the two is the claim of TopicIndex.
#include "router/core/permissions.hpp"

#include <benchmark/benchmark.h>
#include <string>
#include <vector>

using namespace kreisel;

namespace {

/// One exact, one prefix and one wildcard pattern for com.example.unit.tick, and others up to
/// `count` that share components with it but do not match.
TopicIndex make_index(std::int64_t count) {
    TopicIndex index(42);
    index.insert("com.example.unit.tick", MatchPolicy::exact, 0);
    index.insert("com.example.", MatchPolicy::prefix, 1);
    index.insert("com..unit.tick", MatchPolicy::wildcard, 2);
    for (std::int64_t i = 3; i < count; ++i) {
        const std::string number = std::to_string(i);
        const auto entry = static_cast<TopicIndex::Entry>(i);
        if (i % 3 == 0) {
            index.insert("com.example.unit.tick" + number, MatchPolicy::exact, entry);
        } else if (i % 3 == 1) {
            index.insert("com.example.unit" + number + ".", MatchPolicy::prefix, entry);
        } else {
            index.insert("com..unit.tick" + number, MatchPolicy::wildcard, entry);
        }
    }
    return index;
}

void match_3_patterns_among(benchmark::State& state) {
    const TopicIndex index = make_index(state.range(0));
    const std::string uri = "com.example.unit.tick";
    std::size_t matches = 0;
    for (auto _ : state) {
        index.match(uri, [&matches](TopicIndex::Entry) { ++matches; });
    }
    state.counters["matches"] =
        benchmark::Counter(static_cast<double>(matches), benchmark::Counter::kAvgIterations);
}

void best_wildcard_among(benchmark::State& state) {
    const TopicIndex index = make_index(state.range(0));
    const std::string uri = "com.other.unit.tick";
    for (auto _ : state) benchmark::DoNotOptimize(index.find_best(uri));
}

void decide_among_rules(benchmark::State& state) {
    std::vector<PermissionRule> rules(static_cast<std::size_t>(state.range(0)));
    for (std::size_t i = 0; i < rules.size(); ++i) {
        rules[i].uri = i == 0 ? "com." : "com.example" + std::to_string(i) + ".";
        rules[i].match = MatchPolicy::prefix;
        rules[i].allow[0] = true;
    }
    const RolePermissions role(std::move(rules));
    const std::string uri = "com.example.unit.tick";
    for (auto _ : state) benchmark::DoNotOptimize(role.decide(Action::publish, uri));
}

}  // namespace

BENCHMARK(match_3_patterns_among)->Arg(3)->Arg(100000);
BENCHMARK(best_wildcard_among)->Arg(3)->Arg(100000);
BENCHMARK(decide_among_rules)->Arg(1)->Arg(1000);
