#pragma once
// Driver: what carries a scenario's messages to a router and back. One text runs through the pure
// core (pure_driver.hpp) and over every wire of a real router (network_driver.hpp).
//
// One driver lives for one text; one thread.

#include "tests/scenario/lib/script.hpp"

#include <functional>
#include <memory>
#include <string>

namespace kreisel::scenario {

/// What a session sees next.
struct Incoming {
    enum class Kind { nothing, message, closed };
    Kind kind = Kind::nothing;
    Value message;
};

/// How long to look for it.
enum class Wait {
    until_something,  ///< a message or the end is due: long, before giving up
    until_settled     ///< until everything that was sent so far has had all its effects
};

class Driver {
  public:
    virtual ~Driver() = default;

    virtual void connect(const std::string& session) = 0;
    virtual void send(const std::string& session, const Value& message) = 0;
    /// Bytes as one message, whatever they are.
    virtual void send_bytes(const std::string& session, const std::string& bytes) = 0;
    /// The client's end goes away without a word.
    virtual void drop(const std::string& session) = 0;
    [[nodiscard]] virtual Incoming next(const std::string& session, Wait wait) = 0;
    /// Lets time pass for the router.
    virtual void wait(Duration duration) = 0;
    /// A step of kind set_role, remove_role or close_realm.
    virtual void control(const Step& step) = 0;
    /// Everybody leaves. A sentence about what is left over in the router, or nothing.
    [[nodiscard]] virtual std::string finish() = 0;
};

using DriverFactory = std::function<std::unique_ptr<Driver>(const Script&)>;

}  // namespace kreisel::scenario
