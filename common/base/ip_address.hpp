#pragma once
// IpAddress and IpNetwork: addresses of peers and of who is trusted, as values. Text only in, text
// only out: no name is ever looked up. An IPv4 address mapped into IPv6 is the IPv4 address.
//
//     IpNetwork::parse("10.0.0.0/8")->contains(*IpAddress::parse("10.1.2.3"))

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kreisel {

class IpAddress {
  public:
    /// `192.0.2.1` or `2001:db8::1`, without brackets, port or zone.
    [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
    /// 4 or 16 octets in the order of the network; nothing for another number.
    [[nodiscard]] static std::optional<IpAddress> of_octets(std::span<const std::uint8_t> octets);

    [[nodiscard]] bool is_v4() const { return is_v4_; }
    [[nodiscard]] bool is_loopback() const;
    /// As RFC 5952 writes it.
    [[nodiscard]] std::string to_text() const;
    /// 4 or 16 octets.
    [[nodiscard]] std::span<const std::uint8_t> octets() const {
        return std::span(octets_).first(is_v4_ ? 4 : 16);
    }

    bool operator==(const IpAddress&) const = default;

  private:
    std::array<std::uint8_t, 16> octets_{};
    bool is_v4_ = true;
};

class IpNetwork {
  public:
    /// One address, or `address/bits`; bits behind the prefix must be zero.
    [[nodiscard]] static std::optional<IpNetwork> parse(std::string_view text);

    [[nodiscard]] bool contains(const IpAddress& address) const;
    /// `10.0.0.0/8`; one address stands without its bits.
    [[nodiscard]] std::string to_text() const;

    bool operator==(const IpNetwork&) const = default;

  private:
    IpAddress address_;
    unsigned bits_ = 0;
};

/// The address in the text of a peer: `127.0.0.1:51234`, `[::1]:51234`, or one without a port.
/// Nothing for `unix`.
[[nodiscard]] std::optional<IpAddress> address_of_peer(std::string_view peer);

}  // namespace kreisel
