// What one PUBLISH costs the realm's serial step by number of subscribers: from the message in to
// the effects out, encoding and sockets not counted.
#include "bench_realm.hpp"

#include <benchmark/benchmark.h>

using namespace kreisel;
using namespace kreisel::bench;

namespace {

void run_publications(benchmark::State& state, const Dict& options) {
    BenchRealm bench;
    const PeerRef publisher = bench.join();
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        bench.handle(bench.join(), Subscribe{RequestId{1}, {}, "com.example.tick"});
    }
    bench.effects.clear();
    const Payload payload = sample_payload();
    std::size_t deliveries = 0;
    for (auto _ : state) {
        bench.handle(publisher, Publish{RequestId{1}, options, "com.example.tick", payload});
        deliveries += bench.effects.size();
        bench.effects.clear();
    }
    state.counters["per_event"] = benchmark::Counter(
        static_cast<double>(deliveries), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void publish_to_subscribers(benchmark::State& state) { run_publications(state, {}); }
void publish_with_exclude_list(benchmark::State& state) {
    run_publications(state, {{"exclude", List{Value(SessionId{2})}}});
}
void publish_to_one_eligible_of(benchmark::State& state) {
    run_publications(state, {{"eligible", List{Value(SessionId{2})}}});
}

}  // namespace

BENCHMARK(publish_to_subscribers)->Arg(1)->Arg(100)->Arg(1000);
BENCHMARK(publish_with_exclude_list)->Arg(100)->Arg(1000);
BENCHMARK(publish_to_one_eligible_of)->Arg(1000);
