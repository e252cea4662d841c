#pragma once
// The honest part of a measurement: sessions log in, subscribe and register, each step answered
// before the next begins. Everything here throws std::runtime_error with a sentence on failure.

#include "bench/load/poller.hpp"
#include "bench/load/session.hpp"
#include "common/wamp/messages.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kreisel::load {

using Sessions = std::vector<std::unique_ptr<Session>>;

[[nodiscard]] Message hello_message(const std::string& realm);

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
