#pragma once
// NetworkSession: one connection of a text to the shared router, with the realm names and request
// ids of the text. One thread.

#include "tests/scenario/lib/id_shift.hpp"
#include "tests/scenario/lib/link.hpp"
#include "tests/scenario/lib/network_driver.hpp"

#include <deque>
#include <memory>
#include <set>
#include <string>

namespace kreisel::scenario {

/// Where a text finds its router.
struct NetworkPlace {
    std::uint16_t port = 0;
    std::size_t script = 0;
    Wiring wiring;
    std::set<Uri> realms;
    std::set<Uri> relaxed_realms;
};

[[nodiscard]] std::unique_ptr<Driver> make_network_driver(NetworkPlace place);

class NetworkSession {
  public:
    explicit NetworkSession(const NetworkPlace& place);

    void send(const Value& message);
    void send_bytes(const std::string& bytes);
    void drop();
    [[nodiscard]] Incoming next(Wait wait);
    /// True if something was sent since the last fence.
    [[nodiscard]] bool has_unfenced() const { return has_unfenced_; }
    /// A request of our own and its answer: what came before is in the queue afterwards.
    void fence();

  private:
    void note_sent(const Value& message);
    [[nodiscard]] Value make_fence(std::uint64_t id) const;
    /// Reads one message into the queue; false if nothing or the end came.
    [[nodiscard]] bool read_one(int timeout_ms);

    const NetworkPlace& place_;
    Link link_;
    IdShift ids_{true};
    Dict roles_;
    bool is_joined_ = false;
    bool has_unfenced_ = false;
    bool has_ended_ = false;
    std::deque<Value> queue_;
};

}  // namespace kreisel::scenario
