#pragma once
// AddressTable: how many connections each address has.
//
// Entered when a connection knows its peer's real address, left when it ends, on any shard: one
// mutex, which is held for one look-up (ADR 16).

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kreisel {

/// What counts as one address: `192.0.2.1`, the first 64 bits of an IPv6 address, which one
/// customer has to himself. Empty for what is not counted: the loopback, unix sockets, no address.
[[nodiscard]] std::string address_key(std::string_view address);

class AddressTable {
  public:
    /// One more connection of `key`; how many it has now.
    [[nodiscard]] std::size_t enter(const std::string& key);
    void leave(const std::string& key);
    /// Addresses with connections.
    [[nodiscard]] std::size_t size();

  private:
    std::mutex mutex_;
    std::unordered_map<std::string, std::size_t> counts_;
};

}  // namespace kreisel
