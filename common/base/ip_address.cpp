#include "common/base/ip_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

namespace kreisel {

namespace {

constexpr std::size_t v4_octets = 4;
constexpr std::size_t v6_octets = 16;
constexpr std::array<std::uint8_t, 12> mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/// Whether the first `bits` bits of both are the same.
bool have_same_prefix(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                      unsigned bits) {
    const std::size_t whole = bits / 8;
    if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin()))
        return false;
    const unsigned rest = bits % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xff00U >> rest);
    return (a[whole] & mask) == (b[whole] & mask);
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size()) return std::nullopt;
    // A zero within would end the text early.
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    std::copy(text.begin(), text.end(), terminated.begin());
    std::array<std::uint8_t, v6_octets> octets{};
    if (inet_pton(AF_INET, terminated.data(), octets.data()) == 1) {
        return of_octets(std::span(octets).first(v4_octets));
    }
    if (inet_pton(AF_INET6, terminated.data(), octets.data()) == 1) return of_octets(octets);
    return std::nullopt;
}

std::optional<IpAddress> IpAddress::of_octets(std::span<const std::uint8_t> octets) {
    IpAddress address;
    if (octets.size() == v6_octets &&
        std::equal(mapped_prefix.begin(), mapped_prefix.end(), octets.begin())) {
        octets = octets.subspan(mapped_prefix.size());
    }
    if (octets.size() != v4_octets && octets.size() != v6_octets) return std::nullopt;
    address.is_v4_ = octets.size() == v4_octets;
    std::copy(octets.begin(), octets.end(), address.octets_.begin());
    return address;
}

bool IpAddress::is_loopback() const {
    if (is_v4_) return octets_[0] == 127;
    return std::all_of(octets_.begin(), octets_.end() - 1, [](auto octet) { return octet == 0; }) &&
           octets_.back() == 1;
}

std::string IpAddress::to_text() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(is_v4_ ? AF_INET : AF_INET6, octets_.data(), text.data(), text.size());
    return text.data();
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return std::nullopt;
    IpNetwork network;
    network.address_ = *address;
    network.bits_ = address->is_v4() ? 32 : 128;
    if (slash == std::string_view::npos) return network;
    const std::string_view digits = text.substr(slash + 1);
    unsigned bits = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (fault != std::errc{} || end != digits.data() + digits.size() || bits > network.bits_) {
        return std::nullopt;
    }
    network.bits_ = bits;
    // 10.0.0.1/8 is a slip of the pen: which one was meant?
    const auto octets = address->octets();
    for (std::size_t bit = bits; bit < octets.size() * 8; ++bit) {
        if ((octets[bit / 8] & (0x80U >> (bit % 8))) != 0) return std::nullopt;
    }
    return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
    return address.is_v4() == address_.is_v4() &&
           have_same_prefix(address.octets(), address_.octets(), bits_);
}

std::string IpNetwork::to_text() const {
    const bool is_one = bits_ == address_.octets().size() * 8;
    return address_.to_text() + (is_one ? "" : "/" + std::to_string(bits_));
}

namespace {

/// Nothing, or `:` and a port or the name that a proxy put in its place (RFC 7239 6.2).
bool is_port_part(std::string_view text) {
    if (text.empty()) return true;
    return text.size() >= 2 && text.front() == ':' &&
           std::all_of(text.begin() + 1, text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '.' || c == '_' || c == '-';
           });
}

}  // namespace

std::optional<IpAddress> address_of_peer(std::string_view peer) {
    if (const auto whole = IpAddress::parse(peer)) return whole;
    const bool has_brackets = !peer.empty() && peer.front() == '[';
    const std::size_t end = has_brackets ? peer.find(']') : peer.rfind(':');
    if (end == std::string_view::npos) return std::nullopt;
    if (!is_port_part(peer.substr(has_brackets ? end + 1 : end))) return std::nullopt;
    return IpAddress::parse(has_brackets ? peer.substr(1, end - 1) : peer.substr(0, end));
}

}  // namespace kreisel
