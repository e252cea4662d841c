#include "tests/sim/simulate.hpp"

#include "tests/sim/world.hpp"

namespace kreisel::sim {

std::string simulate(std::uint64_t seed, const std::vector<Operation>& operations,
                     Coverage& coverage, std::function<void(const std::string&)> trace) {
    try {
        World world(seed, coverage, std::move(trace));
        for (const Operation& operation : operations) world.run(operation);
        world.end();
        return {};
    } catch (const std::exception& fault) {
        return fault.what();
    }
}

std::vector<Operation> shrink(std::uint64_t seed, std::vector<Operation> operations) {
    Coverage ignored;
    for (std::size_t length = operations.size() / 2; length > 0;) {
        bool has_shrunk = false;
        for (std::size_t start = 0; start + length <= operations.size();) {
            std::vector<Operation> fewer = operations;
            const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(start);
            fewer.erase(first, first + static_cast<std::ptrdiff_t>(length));
            if (simulate(seed, fewer, ignored).empty()) {
                start += length;
            } else {
                operations = std::move(fewer);
                has_shrunk = true;
            }
        }
        if (!has_shrunk || length > 1) length /= 2;
    }
    return operations;
}

}  // namespace kreisel::sim
