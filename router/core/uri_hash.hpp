#pragma once
// UriHash: seeded hash of a URI or of one of its components, for tables whose keys peers choose.
//
// The seed is drawn once per realm, so that nobody outside can prepare URIs that collide. Pure.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace kreisel {

class UriHash {
  public:
    using is_transparent = void;  // look-ups by string_view without a copy

    UriHash() = default;
    explicit UriHash(std::uint64_t seed) : seed_(seed) {}

    [[nodiscard]] std::size_t operator()(std::string_view text) const noexcept {
        std::uint64_t state = seed_ ^ (text.size() * first_odd);
        const char* at = text.data();
        std::size_t left = text.size();
        for (; left >= 8; at += 8, left -= 8) state = fold(state ^ load(at, 8), second_odd);
        if (left > 0) state = fold(state ^ load(at, left), first_odd);
        return static_cast<std::size_t>(fold(state, second_odd));
    }

  private:
    __extension__ using Wide = unsigned __int128;
    static constexpr std::uint64_t first_odd = 0xa0761d6478bd642fU;
    static constexpr std::uint64_t second_odd = 0xe7037ed1a0b428dbU;

    [[nodiscard]] static std::uint64_t load(const char* from, std::size_t count) noexcept {
        std::uint64_t word = 0;
        std::memcpy(&word, from, count);
        return word;
    }
    /// Both halves of the 128-bit product: every input bit reaches every output bit.
    [[nodiscard]] static std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
        const Wide product = static_cast<Wide>(a) * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    }

    std::uint64_t seed_ = 0;
};

}  // namespace kreisel
