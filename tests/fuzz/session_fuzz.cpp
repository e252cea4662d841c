// Whole runs of the simulation, chosen by the fuzzer instead of by a seed: sessions with slow links
// join, subscribe, call, answer, break the rules and leave, through the handshake and the gate into
// the realm; the simulation's model says after each message what must come out.
//
// The first octet is the seed of the realm's settings; then each operation is its kind and five
// dice of two octets.
#include "tests/sim/simulate.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

using namespace kreisel;

constexpr std::size_t operation_bytes = 11;
constexpr std::size_t operations_max = 400;

sim::Operation read_operation(const std::uint8_t* data) {
    sim::Operation operation;
    operation.kind = static_cast<sim::Kind>(data[0] % sim::kind_count);
    for (std::size_t i = 0; i < operation.dice.size(); ++i) {
        operation.dice[i] = data[1 + 2 * i] | std::uint32_t{data[2 + 2 * i]} << 8U;
    }
    return operation;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    std::vector<sim::Operation> operations;
    for (std::size_t at = 1; at + operation_bytes <= size && operations.size() < operations_max;
         at += operation_bytes) {
        operations.push_back(read_operation(data + at));
    }
    sim::Coverage coverage;
    const std::string fault = sim::simulate(data[0], operations, coverage);
    if (fault.empty()) return 0;
    std::fprintf(stderr, "seed %u: %s\n", unsigned{data[0]}, fault.c_str());
    for (const sim::Operation& operation : operations) {
        std::fprintf(stderr, "  %s\n", sim::to_text(operation).c_str());
    }
    __builtin_trap();
}
