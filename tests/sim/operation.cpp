#include "tests/sim/operation.hpp"

#include "common/base/random.hpp"

#include <numeric>

namespace kreisel::sim {

namespace {

struct Weight {
    Kind kind;
    std::string_view name;
    unsigned weight;
};

// In the order of enum Kind.
constexpr std::array<Weight, kind_count> weights = {{
    {Kind::join, "join", 40},
    {Kind::bad_login, "bad_login", 4},
    {Kind::drop, "drop", 5},
    {Kind::goodbye, "goodbye", 3},
    {Kind::abort, "abort", 1},
    {Kind::subscribe, "subscribe", 90},
    {Kind::unsubscribe, "unsubscribe", 40},
    {Kind::publish, "publish", 160},
    {Kind::call, "call", 150},
    {Kind::carry_on, "carry_on", 50},
    {Kind::cancel, "cancel", 25},
    {Kind::register_, "register", 90},
    {Kind::unregister, "unregister", 35},
    {Kind::yield, "yield", 100},
    {Kind::progress, "progress", 40},
    {Kind::error, "error", 35},
    {Kind::stray_answer, "stray_answer", 10},
    {Kind::violate, "violate", 2},
    {Kind::swap_permissions, "swap_permissions", 5},
    {Kind::refuse_invocation, "refuse_invocation", 8},
    {Kind::close_all, "close_all", 1},
    {Kind::kill, "kill", 3},
    {Kind::revoke, "revoke", 8},
    {Kind::testament, "testament", 15},
    {Kind::pass_time, "pass_time", 20},
    {Kind::pump, "pump", 60},
    {Kind::deliver, "deliver", 90},
    {Kind::pump_all, "pump_all", 15},
}};

constexpr unsigned total_weight =
    std::accumulate(weights.begin(), weights.end(), 0U,
                    [](unsigned sum, const Weight& w) { return sum + w.weight; });

}  // namespace

std::string_view to_text(Kind kind) { return weights[static_cast<unsigned>(kind)].name; }

std::string to_text(const Operation& operation) {
    std::string text(to_text(operation.kind));
    for (const std::uint32_t die : operation.dice) text += " " + std::to_string(die);
    return text;
}

std::vector<Operation> make_operations(std::uint64_t seed, std::size_t count) {
    SeededRandom random(seed);
    std::vector<Operation> operations(count);
    for (Operation& operation : operations) {
        auto at = static_cast<unsigned>(random.below(total_weight));
        for (const Weight& weight : weights) {
            if (at < weight.weight) {
                operation.kind = weight.kind;
                break;
            }
            at -= weight.weight;
        }
        // Small dice keep a printed run readable.
        for (auto& die : operation.dice) die = static_cast<std::uint32_t>(random.below(10'000));
    }
    return operations;
}

}  // namespace kreisel::sim
