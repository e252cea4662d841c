// What CALL -> INVOCATION -> YIELD -> RESULT costs the realm's serial step, with one call in flight
// and with many.
#include "bench_realm.hpp"

#include <benchmark/benchmark.h>
#include <vector>

using namespace kreisel;
using namespace kreisel::bench;

namespace {

void call_and_yield(benchmark::State& state) {
    BenchRealm bench;
    const PeerRef callee = bench.join();
    const PeerRef caller = bench.join();
    bench.handle(callee, Register{RequestId{1}, {}, "com.example.add2"});
    bench.effects.clear();
    const Payload payload = sample_payload();
    const auto in_flight = static_cast<std::uint64_t>(state.range(0));
    std::uint64_t request = 0;
    for (; request < in_flight; ++request) {
        bench.handle(caller, Call{RequestId{request + 1}, {}, "com.example.add2", payload});
    }
    bench.effects.clear();
    for (auto _ : state) {
        bench.handle(caller, Call{RequestId{++request}, {}, "com.example.add2", payload});
        bench.handle(callee, Yield{RequestId{request - in_flight}, {}, payload});
        bench.effects.clear();
    }
}

}  // namespace

BENCHMARK(call_and_yield)->Arg(0)->Arg(64)->Arg(9000);
