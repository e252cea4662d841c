#pragma once
// Randomness handed in: SystemRandom draws from the operating system, SeededRandom repeats itself
// for tests and simulation. Not thread safe: each shard and each realm owns its own.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace kreisel {

class Random {
  public:
    virtual ~Random() = default;
    [[nodiscard]] virtual std::uint64_t next() = 0;
    /// Fills `bytes` with octets that a peer cannot foresee (with SystemRandom).
    virtual void fill(std::span<std::uint8_t> bytes) = 0;

    /// Uniform in [0, bound); `bound` > 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound);
    /// Uniform in [1, 2^53], as WAMP draws global ids (rfc/text/basic/building_blocks: IDs).
    [[nodiscard]] std::uint64_t global_id() { return (next() >> 11) + 1; }
};

/// From the kernel's generator, buffered. For keys, nonces, session and publication ids.
class SystemRandom final : public Random {
  public:
    [[nodiscard]] std::uint64_t next() override;
    void fill(std::span<std::uint8_t> bytes) override;

  private:
    std::array<std::uint8_t, 4096> pool_{};
    std::size_t used_ = sizeof(pool_);
};

/// SplitMix64 from a seed: the same numbers on every machine.
class SeededRandom final : public Random {
  public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    [[nodiscard]] std::uint64_t next() override;
    void fill(std::span<std::uint8_t> bytes) override;

  private:
    std::uint64_t state_;
};

}  // namespace kreisel
