#include "common/base/random.hpp"

#include "common/base/check.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/random.h>

namespace kreisel {

namespace {

void read_kernel_random(std::span<std::uint8_t> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto got = getrandom(bytes.data() + done, bytes.size() - done, 0);
        if (got < 0 && errno == EINTR) continue;
        CHECK(got > 0, "the kernel gives random numbers");
        done += static_cast<std::size_t>(got);
    }
}

}  // namespace

std::uint64_t Random::below(std::uint64_t bound) {
    DCHECK(bound > 0, "a range has members");
    // Numbers under `skip` would make the low results likelier than the rest.
    const std::uint64_t skip = (0 - bound) % bound;
    std::uint64_t number = next();
    while (number < skip) number = next();
    return number % bound;
}

std::uint64_t SystemRandom::next() {
    std::uint64_t number = 0;
    std::uint8_t octets[sizeof(number)];
    fill(octets);
    std::memcpy(&number, octets, sizeof(number));
    return number;
}

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
    if (bytes.size() > pool_.size()) return read_kernel_random(bytes);
    if (pool_.size() - used_ < bytes.size()) {
        read_kernel_random(pool_);
        used_ = 0;
    }
    const auto first = pool_.begin() + static_cast<std::ptrdiff_t>(used_);
    std::copy_n(first, bytes.size(), bytes.begin());
    std::fill_n(first, bytes.size(), std::uint8_t{0});  // what was handed out is forgotten here
    used_ += bytes.size();
}

std::uint64_t SeededRandom::next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31);
}

void SeededRandom::fill(std::span<std::uint8_t> bytes) {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(next());
}

}  // namespace kreisel
