#pragma once
// What a connection tells bench_floor about itself: 16 octets, answered by one octet once the floor
// has taken it in. Afterwards only messages of the announced sizes flow, with no header at all.

#include <array>
#include <cstddef>
#include <cstdint>

namespace kreisel::load {

enum class RawRole : std::uint8_t {
    publisher = 'P',   ///< each message goes to every subscriber of the group
    subscriber = 'S',  ///< of one group
    caller = 'C',      ///< each message goes to the callee of the group, and comes back
    callee = 'E',      ///< one a group
    login = 'L',       ///< two exchanges as of a log-in, then silence
    echo = 'X',        ///< each message comes back
};

struct RawHello {
    RawRole role = RawRole::publisher;
    std::uint32_t group = 0;
    std::uint32_t bytes_to_floor = 0;    ///< size of every message of this connection
    std::uint32_t bytes_from_floor = 0;  ///< size of every message it is sent
};

/// A `login` announces its first exchange by these two sizes, begins its first message with its
/// hello, and hides the second exchange in the group.
[[nodiscard]] inline std::uint32_t second_exchange(std::uint32_t to_floor,
                                                   std::uint32_t from_floor) {
    return to_floor << 16 | from_floor;
}

inline constexpr std::size_t raw_hello_bytes = 16;
inline constexpr std::uint8_t raw_hello_answer = 'k';

[[nodiscard]] inline std::array<std::uint8_t, raw_hello_bytes> to_bytes(const RawHello& hello) {
    std::array<std::uint8_t, raw_hello_bytes> bytes{'f', 'l', 'r',
                                                    static_cast<std::uint8_t>(hello.role)};
    const std::uint32_t numbers[3] = {hello.group, hello.bytes_to_floor, hello.bytes_from_floor};
    for (std::size_t i = 0; i < 12; ++i) {
        bytes[4 + i] = static_cast<std::uint8_t>(numbers[i / 4] >> (8 * (i % 4)));
    }
    return bytes;
}

[[nodiscard]] inline RawHello raw_hello_from(
    const std::array<std::uint8_t, raw_hello_bytes>& bytes) {
    std::uint32_t numbers[3] = {};
    for (std::size_t i = 0; i < 12; ++i) {
        numbers[i / 4] |= std::uint32_t{bytes[4 + i]} << (8 * (i % 4));
    }
    return {static_cast<RawRole>(bytes[3]), numbers[0], numbers[1], numbers[2]};
}

}  // namespace kreisel::load
