#pragma once
// IdShift: request ids of a text against those of its connection.
//
// Over the network "nothing comes" is found out by requests of the driver's own (fences), which
// take ids of the session's sequence. The text's ids are moved past them on the way out and back on
// the way in, so that the text needs not know. One session; one thread.

#include "common/wamp/value.hpp"

#include <cstdint>
#include <vector>

namespace kreisel::scenario {

class IdShift {
  public:
    explicit IdShift(bool has_strict_ids) : is_on_(has_strict_ids) {}

    [[nodiscard]] Value outgoing(const Value& message);
    [[nodiscard]] Value incoming(const Value& message) const;
    /// The id for a request of the driver.
    [[nodiscard]] std::uint64_t take_fence_id();

  private:
    [[nodiscard]] std::uint64_t actual_of(std::uint64_t id) const;
    [[nodiscard]] std::uint64_t text_of(std::uint64_t id) const;

    bool is_on_;
    std::uint64_t last_ = 0;
    std::vector<std::uint64_t> fences_;  ///< ids taken, ascending
    std::uint64_t relaxed_fences_ = 0;
};

/// The type of a message, 0 if it is none.
[[nodiscard]] std::uint64_t type_number(const Value& message);

}  // namespace kreisel::scenario
