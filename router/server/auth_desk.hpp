#pragma once
// AuthDesk: carries the questions of log-ins to whoever can answer them, and the answers back to
// the shard that asked.
//
// Owned by the Router. Asked on any shard; each question gets exactly one answer, which may come
// long after its connection has gone.

#include "router/access/auth_question.hpp"

#include <functional>

namespace kreisel {

class Shard;

class AuthDesk {
  public:
    using OnAnswer = std::function<void(AuthAnswer)>;

    /// `on_answer` runs on `asker`'s thread, after this call.
    void ask(Shard& asker, AuthQuestion question, OnAnswer on_answer);
};

}  // namespace kreisel
