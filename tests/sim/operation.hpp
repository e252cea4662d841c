#pragma once
// Operation: one step of a simulated run. It names no ids but dice, which are read against the
// state at the time; so any part of a list of operations is a run as well, and lists can be shrunk.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel::sim {

enum class Kind : std::uint8_t {
    join,
    bad_login,
    drop,
    goodbye,
    abort,
    subscribe,
    unsubscribe,
    publish,
    call,
    carry_on,  ///< a further part of a progressive call
    cancel,
    register_,
    unregister,
    yield,
    progress,
    error,
    stray_answer,  ///< YIELD or ERROR for an invocation that is answered, or was never made
    violate,
    swap_permissions,
    refuse_invocation,
    close_all,
    kill,
    revoke,
    testament,
    pass_time,
    pump,      ///< some messages of a session reach the router
    deliver,   ///< some messages of the router reach a client
    pump_all,  ///< all of both
};
inline constexpr unsigned kind_count = 28;

[[nodiscard]] std::string_view to_text(Kind kind);

struct Operation {
    Kind kind = Kind::join;
    std::array<std::uint32_t, 5> dice{};
};

[[nodiscard]] std::string to_text(const Operation& operation);

/// The operations of a seed.
[[nodiscard]] std::vector<Operation> make_operations(std::uint64_t seed, std::size_t count);

}  // namespace kreisel::sim
