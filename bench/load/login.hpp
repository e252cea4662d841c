#pragma once
// The honest part of a measurement: sessions log in, subscribe and register, each step answered
// before the next begins. Everything here throws std::runtime_error with a sentence on failure.

#include "bench/load/poller.hpp"
#include "bench/load/session.hpp"
#include "common/wamp/messages.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kreisel::load {

using Sessions = std::vector<std::unique_ptr<Session>>;

[[nodiscard]] Message hello_message(const std::string& realm);

/// What one session says until it has joined, as Target::make_login wants it.
class Joining {
  public:
    explicit Joining(const SessionSettings& settings);
    Joining(Joining&&) noexcept;
    ~Joining();

    [[nodiscard]] Message hello() const;
    /// What to say to `message`, nothing after WELCOME; throws for anything else.
    [[nodiscard]] std::optional<Message> answer(const Message& message);

  private:
    std::string realm_;
    std::unique_ptr<client::Login> login_;  ///< nullptr: anonymous
};

/// What an unexpected message says, for people.
[[nodiscard]] std::string describe(const Message& message);

/// Opens one session and, unless it goes to the floor, joins the realm.
[[nodiscard]] std::unique_ptr<Session> join(Poller& poller, const SessionSettings& settings,
                                            SteadyTime deadline);

/// Sends `message` and returns the answer. Throws if the answer is an ERROR or an ABORT.
[[nodiscard]] Message ask(Poller& poller, Session& session, const Message& message,
                          SteadyTime deadline);

/// Throws, with its reason, if `session` has ended.
void require_alive(const Session& session, const char* who);

}  // namespace kreisel::load
