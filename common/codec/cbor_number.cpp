#include "common/codec/cbor_number.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace kreisel {

namespace {

/// More octets than these are beyond the largest double, 2^1024.
constexpr std::size_t double_octets_max = 128;

std::uint64_t leading_octets(std::span<const std::uint8_t> magnitude) {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : magnitude.first(std::min<std::size_t>(magnitude.size(), 8))) {
        value = value << 8 | octet;
    }
    return value;
}

/// The double nearest to `magnitude`, which has no leading zero and more than 8 octets.
double nearest_double(std::span<const std::uint8_t> magnitude) {
    std::uint64_t leading = leading_octets(magnitude);
    // The eight leading octets hold at least 57 significant bits; whether anything is behind them
    // only matters for ties, and one sticky bit says that.
    for (const std::uint8_t octet : magnitude.subspan(8)) {
        if (octet != 0) leading |= 1;
    }
    const auto shift = static_cast<int>(8 * (magnitude.size() - 8));
    return std::ldexp(static_cast<double>(leading), shift);
}

}  // namespace

JsonNumber negative_number(std::uint64_t argument) {
    if (argument <= static_cast<std::uint64_t>(INT64_MAX)) {
        return -1 - static_cast<std::int64_t>(argument);
    }
    // argument + 1 would wrap at the very end, whose double is 2^64 like that of its neighbours.
    if (argument == UINT64_MAX) return -std::ldexp(1.0, 64);
    return -static_cast<double>(argument + 1);
}

JsonNumber bignum_number(std::span<const std::uint8_t> magnitude, BignumSign sign) {
    while (!magnitude.empty() && magnitude.front() == 0) magnitude = magnitude.subspan(1);
    const bool is_negative = sign == BignumSign::negative;
    if (magnitude.size() <= 8) {
        const std::uint64_t value = leading_octets(magnitude);
        return is_negative ? negative_number(value) : unsigned_number(value);
    }
    if (magnitude.size() > double_octets_max) {
        const double infinity = std::numeric_limits<double>::infinity();
        return is_negative ? -infinity : infinity;
    }
    if (!is_negative) return nearest_double(magnitude);

    // -1 - magnitude is -(magnitude + 1): add one, with an octet in front for the carry.
    std::array<std::uint8_t, double_octets_max + 1> next{};
    const auto sum = std::span(next).first(magnitude.size() + 1);
    std::copy(magnitude.begin(), magnitude.end(), sum.begin() + 1);
    for (std::size_t i = sum.size(); i-- > 0;) {
        if (++sum[i] != 0) break;
    }
    return -nearest_double(sum[0] == 0 ? sum.subspan(1) : sum);
}

}  // namespace kreisel
