#pragma once
// Short work on raw octets that scanners do for every value: numbers in network order, and whether
// a text is plain ASCII. Internal to common/codec. Pure.

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kreisel::detail {

/// The unsigned number of `octets` (0, 1, 2, 4 or 8) at `at`.
[[nodiscard]] inline std::uint64_t load_big_endian(const std::uint8_t* at, unsigned octets) {
    // Spelled out per width, which compilers turn into one load and a byte swap.
    const auto pair = [at](unsigned i) {
        return static_cast<std::uint32_t>(at[i]) << 8 | static_cast<std::uint32_t>(at[i + 1]);
    };
    const auto quad = [pair](unsigned i) {
        return static_cast<std::uint64_t>(pair(i) << 16 | pair(i + 2));
    };
    switch (octets) {
        case 1:
            return at[0];
        case 2:
            return pair(0);
        case 4:
            return quad(0);
        case 8:
            return quad(0) << 32 | quad(4);
        default:
            return 0;
    }
}

/// Whether all of the `size` octets at `at` are below 0x80. Most texts are, and short ones too many
/// to look at one octet after the other: the last words overlap the ones before.
[[nodiscard]] inline bool is_ascii(const std::uint8_t* at, std::size_t size) {
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    if (size >= 8) {
        const auto word = [at](std::size_t offset) {
            std::uint64_t eight = 0;
            std::memcpy(&eight, at + offset, 8);
            return eight;
        };
        for (std::size_t i = 0; i + 8 < size; i += 8) {
            if ((word(i) & high_bits) != 0) return false;
        }
        return (word(size - 8) & high_bits) == 0;
    }
    if (size >= 4) {
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        std::memcpy(&first, at, 4);
        std::memcpy(&last, at + size - 4, 4);
        return ((first | last) & 0x80808080U) == 0;
    }
    unsigned all = 0;
    for (std::size_t i = 0; i < size; ++i) all |= at[i];
    return all < 0x80;
}

}  // namespace kreisel::detail
