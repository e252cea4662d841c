#pragma once
// What the readers of MessagePack and CBOR for scenarios share: a cursor over bytes that throws
// TextError at their end. One thread.

#include "tests/scenario/lib/pattern.hpp"

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace kreisel::scenario {

class BinaryReader {
  public:
    explicit BinaryReader(std::string_view bytes) : bytes_(bytes) {}

    std::string_view take(std::uint64_t count) {
        if (count > bytes_.size() - at_) throw TextError("bytes end too early");
        const auto part = bytes_.substr(at_, count);
        at_ += count;
        return part;
    }
    std::uint8_t octet() { return static_cast<std::uint8_t>(take(1).front()); }
    std::uint64_t number(unsigned octets) {
        std::uint64_t value = 0;
        for (const char c : take(octets)) value = (value << 8U) | static_cast<std::uint8_t>(c);
        return value;
    }
    double real32() { return std::bit_cast<float>(static_cast<std::uint32_t>(number(4))); }
    double real64() { return std::bit_cast<double>(number(8)); }
    Value text(std::uint64_t count) { return std::string(take(count)); }
    Value blob(std::uint64_t count) {
        const auto part = take(count);
        return Blob{{part.begin(), part.end()}};
    }
    void expect_end() const {
        if (at_ != bytes_.size()) throw TextError("something follows the value");
    }

  private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

inline void put_big_endian(std::string& out, std::uint64_t value, unsigned octets) {
    for (unsigned i = octets; i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i)));
}

}  // namespace kreisel::scenario
