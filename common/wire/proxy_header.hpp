#pragma once
// The header of the PROXY protocol, versions 1 (text) and 2 (binary), by which a TCP proxy tells
// whose connection it passes on (the specification is HAProxy's doc/proxy-protocol.txt).
//
// Sans-I/O: octets go in as they come until the header is whole, absent or faulty. Pure; confined
// to the connection's thread.
//
//     ProxyHeaderReader reader;
//     std::size_t taken = reader.feed(octets);   // what follows is the connection's own
//     if (reader.state() == ProxyHeaderReader::State::whole) use(reader.header());

#include "common/base/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

struct ProxyHeader {
    /// Absent: the proxy speaks for itself (LOCAL), or does not know (UNKNOWN, AF_UNIX).
    struct Source {
        IpAddress address;
        std::uint16_t port = 0;
    };
    std::optional<Source> source;
    /// The proxy says that its client came over TLS (version 2, PP2_TYPE_SSL).
    bool is_encrypted = false;
};

class ProxyHeaderReader {
  public:
    enum class State : std::uint8_t {
        undecided,  ///< more octets are needed
        whole,
        absent,  ///< the first octets are of something else; they are in buffered()
        faulty
    };
    /// Longest header taken. Version 2 could tell of 64 KiB; what proxies send has a tenth of this.
    static constexpr std::size_t bytes_max = 4096;

    /// Takes octets of the header and returns how many; the rest is no part of it.
    [[nodiscard]] std::size_t feed(std::span<const std::uint8_t> octets);
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const ProxyHeader& header() const { return header_; }
    /// What is wrong, in words; empty unless faulty.
    [[nodiscard]] std::string_view fault() const { return fault_; }
    /// All octets taken so far. If there is no header, the connection's own begin with them.
    [[nodiscard]] std::span<const std::uint8_t> buffered() const { return buffer_; }

  private:
    void judge();
    void judge_text();
    void judge_binary();
    void read_addresses(std::uint8_t family, std::span<const std::uint8_t> body);
    void read_attributes(std::span<const std::uint8_t> attributes);
    void fail(std::string_view why);
    /// How many octets could be taken now without going beyond the header.
    [[nodiscard]] std::size_t wanted() const;

    State state_ = State::undecided;
    std::vector<std::uint8_t> buffer_;
    ProxyHeader header_;
    std::string_view fault_;
};

}  // namespace kreisel
