// sim: random runs of a realm, judged by a model.
//
//     sim --seeds 2000 --operations 500      all of them, in two threads; prints what happened
//     sim --seed 17                          one, with every message; shrunk if it fails

#include "tests/sim/simulate.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace kreisel::sim {

namespace {

struct Arguments {
    std::uint64_t seeds = 2000;
    std::uint64_t first = 1;
    std::size_t operations = 500;
    std::optional<std::uint64_t> seed;
};

Arguments parse_arguments(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string word = argv[i];
        const std::uint64_t number = std::strtoull(argv[i + 1], nullptr, 10);
        if (word == "--seeds") arguments.seeds = number;
        if (word == "--first") arguments.first = number;
        if (word == "--operations") arguments.operations = number;
        if (word == "--seed") arguments.seed = number;
    }
    return arguments;
}

/// Prints the shrunk run with its messages.
void explain(std::uint64_t seed, const std::vector<Operation>& operations,
             const std::string& fault) {
    std::cout << "seed " << seed << ", " << operations.size() << " operations: " << fault << "\n";
    const auto fewer = shrink(seed, operations);
    std::cout << "shrunk to " << fewer.size() << " operations:\n";
    for (const Operation& operation : fewer) std::cout << "  " << to_text(operation) << "\n";
    std::cout << "messages:\n";
    Coverage ignored;
    const std::string again = simulate(
        seed, fewer, ignored, [](const std::string& line) { std::cout << "  " << line << "\n"; });
    std::cout << again << "\nreplay: sim --seed " << seed << " --operations " << operations.size()
              << "\n";
}

int run_one(const Arguments& arguments) {
    const auto operations = make_operations(*arguments.seed, arguments.operations);
    Coverage coverage;
    const std::string fault = simulate(*arguments.seed, operations, coverage);
    if (!fault.empty()) {
        explain(*arguments.seed, operations, fault);
        return 1;
    }
    std::cout << coverage.text() << "no fault\n";
    return 0;
}

int run_all(const Arguments& arguments) {
    struct Found {
        std::uint64_t seed = 0;
        std::string fault;
    };
    std::mutex mutex;
    Coverage total;
    std::optional<Found> found;
    std::atomic<std::uint64_t> next = arguments.first;
    const std::uint64_t end = arguments.first + arguments.seeds;
    const auto work = [&] {
        Coverage coverage;
        for (std::uint64_t seed = next++; seed < end; seed = next++) {
            const auto operations = make_operations(seed, arguments.operations);
            std::string fault = simulate(seed, operations, coverage);
            if (fault.empty()) continue;
            const std::lock_guard lock(mutex);
            if (!found || seed < found->seed) found = Found{seed, std::move(fault)};
            next = end;
        }
        const std::lock_guard lock(mutex);
        total.add(coverage);
    };
    const auto start = std::chrono::steady_clock::now();
    {
        const std::jthread other(work);
        work();
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    std::cout << total.text();
    if (found) {
        explain(found->seed, make_operations(found->seed, arguments.operations), found->fault);
        return 1;
    }
    const std::string missing = total.missing();
    std::cout << missing << arguments.seeds << " seeds x " << arguments.operations
              << " operations, no fault, " << time.count() << " s\n";
    return missing.empty() ? 0 : 1;
}

}  // namespace

}  // namespace kreisel::sim

int main(int argc, char** argv) {
    const auto arguments = kreisel::sim::parse_arguments(argc, argv);
    return arguments.seed ? kreisel::sim::run_one(arguments) : kreisel::sim::run_all(arguments);
}
