#pragma once
// UTF-8 judged octet by octet across cuts: fails at the first octet that cannot be part of valid
// UTF-8 (RFC 6455 8.1, RFC 3629). ASCII is skipped sixteen octets at a time; the state machine for
// the rest is websocketpp's. A value; any thread.

#include <cstdint>
#include <span>

namespace kreisel {

class Utf8Check {
  public:
    /// False from the first wrong octet on.
    [[nodiscard]] bool feed(std::span<const std::uint8_t> octets);
    /// True if no character is unfinished.
    [[nodiscard]] bool is_complete() const { return state_ == 0; }
    void reset() { state_ = 0; }

  private:
    std::uint32_t state_ = 0;
};

[[nodiscard]] bool is_utf8(std::span<const std::uint8_t> octets);

}  // namespace kreisel
