#include "common/wire/utf8_check.hpp"

#include <websocketpp/utf8_validator.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace kreisel {

namespace {

/// Octets at the start of `octets` that are ASCII, in steps of sixteen; never too many.
std::size_t ascii_run(const std::uint8_t* octets, std::size_t size) {
    std::size_t count = 0;
    while (size - count >= 16) {
        std::uint64_t a = 0;
        std::uint64_t b = 0;
        std::memcpy(&a, octets + count, sizeof(a));
        std::memcpy(&b, octets + count + 8, sizeof(b));
        if (((a | b) & 0x8080808080808080U) != 0) break;
        count += 16;
    }
    return count;
}

}  // namespace

bool Utf8Check::feed(std::span<const std::uint8_t> octets) {
    namespace utf8 = websocketpp::utf8_validator;
    std::uint32_t character = 0;
    std::uint32_t state = state_;
    std::size_t i = 0;
    while (i < octets.size() && state != utf8::utf8_reject) {
        if (state == utf8::utf8_accept) i += ascii_run(octets.data() + i, octets.size() - i);
        // At least one step of the machine; up to sixteen before the next look for ASCII.
        for (std::size_t end = std::min(octets.size(), i + 16); i < end; ++i) {
            if (utf8::decode(&state, &character, octets[i]) == utf8::utf8_reject) break;
        }
    }
    state_ = state;
    return state != utf8::utf8_reject;
}

bool is_utf8(std::span<const std::uint8_t> octets) {
    Utf8Check check;
    return check.feed(octets) && check.is_complete();
}

}  // namespace kreisel
