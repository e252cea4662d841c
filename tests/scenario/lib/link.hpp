#pragma once
// Link: a blocking client connection to a router on this machine, messages in and out, on the
// client side of common/wire. One thread.

#include "common/wire/wire.hpp"
#include "tests/scenario/lib/network_driver.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace kreisel::scenario {

class Link {
  public:
    /// Connects and opens; throws TextError if that fails.
    Link(std::uint16_t port, const Wiring& wiring);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    enum class Got { message, closed, nothing };
    void send(const std::string& message);
    /// The next message into `message`, waiting up to `timeout_ms`.
    [[nodiscard]] Got receive(std::string& message, int timeout_ms);
    /// Ends the sending side and waits until the router has closed its own.
    void drop();

  private:
    void write_all(std::span<const std::uint8_t> bytes);
    /// Reads once; false after the end.
    [[nodiscard]] bool read_some(int timeout_ms);

    int socket_ = -1;
    bool has_ended_ = false;
    bool has_opened_ = false;
    std::unique_ptr<Wire> wire_;
    WireEvents events_;
    std::deque<std::string> messages_;
};

}  // namespace kreisel::scenario
