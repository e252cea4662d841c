// Knows that threads exist: answers come from the realms' callees and from background threads.
#include "router/server/auth_desk.hpp"

#include "common/wamp/errors.hpp"
#include "router/server/shard.hpp"

namespace kreisel {

void AuthDesk::ask(Shard& asker, AuthQuestion, OnAnswer on_answer) {
    asker.post([on_answer = std::move(on_answer)] {
        on_answer(fail(uris::authentication_failed, "nobody here answers this question"));
    });
}

}  // namespace kreisel
