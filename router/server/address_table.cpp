// Knows that threads exist: any shard enters and leaves.
#include "router/server/address_table.hpp"

#include "common/base/check.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <cstring>

namespace kreisel {

namespace {

constexpr std::size_t v4_bytes = 4;
constexpr std::size_t v6_bytes = 16;
constexpr std::size_t v6_network_bytes = 8;
constexpr std::uint8_t v4_loopback = 127;

std::string key_of_v4(const std::uint8_t* octets) {
    if (octets[0] == v4_loopback) return "";
    std::array<char, INET_ADDRSTRLEN> text{};
    return ::inet_ntop(AF_INET, octets, text.data(), text.size()) == nullptr ? "" : text.data();
}

std::string key_of_v6(std::array<std::uint8_t, v6_bytes> octets) {
    constexpr std::array<std::uint8_t, v6_bytes - v4_bytes> mapped = {0, 0, 0, 0, 0,    0,
                                                                      0, 0, 0, 0, 0xff, 0xff};
    constexpr std::array<std::uint8_t, v6_bytes> loopback = {0, 0, 0, 0, 0, 0, 0, 0,
                                                             0, 0, 0, 0, 0, 0, 0, 1};
    if (octets == loopback) return "";
    if (std::memcmp(octets.data(), mapped.data(), mapped.size()) == 0) {
        return key_of_v4(octets.data() + mapped.size());
    }
    std::memset(octets.data() + v6_network_bytes, 0, v6_bytes - v6_network_bytes);
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::inet_ntop(AF_INET6, octets.data(), text.data(), text.size()) == nullptr) return "";
    return std::string(text.data()) + "/64";
}

}  // namespace

std::string address_key(std::string_view address) {
    // A link-local address tells its interface behind a percent sign.
    const std::string text(address.substr(0, address.find('%')));
    std::array<std::uint8_t, v6_bytes> octets{};
    if (::inet_pton(AF_INET, text.c_str(), octets.data()) == 1) return key_of_v4(octets.data());
    if (::inet_pton(AF_INET6, text.c_str(), octets.data()) == 1) return key_of_v6(octets);
    return "";
}

std::size_t AddressTable::enter(const std::string& key) {
    const std::lock_guard guard(mutex_);
    return ++counts_[key];
}

void AddressTable::leave(const std::string& key) {
    const std::lock_guard guard(mutex_);
    const auto found = counts_.find(key);
    CHECK(found != counts_.end(), "an address that is left was entered");
    if (--found->second == 0) counts_.erase(found);
}

std::size_t AddressTable::size() {
    const std::lock_guard guard(mutex_);
    return counts_.size();
}

}  // namespace kreisel
