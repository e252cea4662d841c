#pragma once
// Handshake: HELLO -> CHALLENGE -> AUTHENTICATE -> WELCOME or ABORT, as a state machine of its own,
// outside any realm (rfc/text/basic/sessions, rfc/text/advanced/authentication*).
//
// One per connection until it has joined; confined to the connection's shard. Time is handed in;
// the deadline is the owner's to watch.

#include "common/base/clock.hpp"
#include "common/base/random.hpp"
#include "common/wamp/messages.hpp"
#include "router/access/auth_question.hpp"
#include "router/access/peer_facts.hpp"
#include "router/access/realm_access.hpp"
#include "router/core/realm.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace kreisel {

/// Send `message` and wait for the next one.
struct HandshakeReply {
    Message message;
};
/// The peer is who it says: join `realm` with `session`.
struct HandshakeAccepted {
    RealmAccessPtr realm;
    SessionInfo session;
    /// When the session has to end; absent: never.
    std::optional<WallTime> expires;
};
/// Send ABORT and close. `why` is for the log: which rule refused whom.
struct HandshakeRefused {
    Abort abort;
    std::string why;
};
/// The peer ended it by ABORT: close without an answer.
struct HandshakeEnded {
    std::string why;
};
/// An AuthQuestion: find the answer elsewhere and bring it to on_answer(); meanwhile the peer may
/// only give up.
using HandshakeStep =
    std::variant<HandshakeReply, HandshakeAccepted, HandshakeRefused, HandshakeEnded, AuthQuestion>;

class Handshake {
  public:
    /// `random` must outlive the handshake. `peer.transport` becomes `SessionInfo::transport`.
    Handshake(AccessSnapshotPtr access, Random& random, PeerFacts peer);
    ~Handshake();
    Handshake(Handshake&&) noexcept;

    /// The next message of the peer. Not to be called after an outcome.
    [[nodiscard]] HandshakeStep on_message(Message message, WallTime now);
    /// The answer to the last AuthQuestion, once.
    [[nodiscard]] HandshakeStep on_answer(AuthAnswer answer);

    /// The method that was chosen, or `none`.
    [[nodiscard]] std::string_view method() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// ABORT for a message that is none, or for a deadline that passed.
[[nodiscard]] Abort make_abort(std::string_view reason, std::string text);

}  // namespace kreisel
