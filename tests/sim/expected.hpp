#pragma once
// What the model says must come out of one input, and the failure that says it did not.

#include "common/wamp/messages.hpp"

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace kreisel::sim {

/// An oracle found a fault.
class Fault : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Index of a simulated session; never used again.
using Actor = std::size_t;

/// One message to one session. Ids that are the router's choice are 0 here and checked in on_match.
struct Expected {
    Actor to = 0;
    Message message;
    /// INVOCATION under policy random: any of these, once.
    std::vector<Actor> candidates;
    /// Any of these may come in its place.
    std::vector<Expected> instead;
    /// A forwarded ERROR: details and payload must be equal too.
    bool is_forwarded = false;
    /// A RESULT of the router itself: the payload is its own.
    bool has_free_payload = false;
    /// Ends the session.
    bool is_close = false;
    /// Takes the ids that the router chose; throws Fault if they are wrong.
    std::function<void(Actor to, const Message& actual)> on_match;
};

using Expectations = std::vector<Expected>;

/// Whether `actual`, sent to `to`, is what `expected` says but for ids of the router's choice.
[[nodiscard]] bool is_as_expected(const Expected& expected, Actor to, const Message& actual);

/// For people.
[[nodiscard]] std::string to_text(const Message& message);

}  // namespace kreisel::sim
