#pragma once
// Ingress: the gate of one joined session. Every message passes here, on the connection's shard,
// before it may enter the realm: legal from a client in this state, role announced, URI valid,
// statically permitted, request id in sequence.

#include "common/wamp/features.hpp"
#include "common/wamp/messages.hpp"
#include "router/access/realm_access.hpp"
#include "router/core/quirks.hpp"
#include "router/core/realm.hpp"
#include "router/core/session_permissions.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace kreisel {

/// What becomes of a message.
struct Admission {
    enum class Verdict : std::uint8_t {
        admitted,   ///< into the realm; if there is an `answer`, that message in its place
        answered,   ///< send `answer` to the peer; the realm never sees the message
        dropped,    ///< refused without an answer (unacknowledged PUBLISH), `why` for the log
        violation,  ///< ABORT `answer`, then close
        goodbye,    ///< the peer said GOODBYE: leave, send `answer`, close with 1000
        ended       ///< the peer sent ABORT: leave and close without an answer
    };
    Verdict verdict = Verdict::admitted;
    std::optional<Message> answer;
    std::string why;
};

class Ingress {
  public:
    Ingress(RealmAccessPtr realm, const SessionInfo& session);

    /// Judges `message`. What the authorizer has to decide is let through. Disclosure and
    /// everything else that needs the realm's tables is the realm's.
    [[nodiscard]] Admission admit(const Message& message);
    /// A reload: rules of the new snapshot bite on the next message.
    void set_realm(RealmAccessPtr realm);

  private:
    [[nodiscard]] bool is_continuation(const Message& message) const;

    RealmAccessPtr realm_;
    SessionPermissions permissions_;
    SessionId session_;
    std::string authid_;
    std::string authrole_;
    ClientRoles roles_;
    ClientQuirks quirks_;
    std::uint64_t last_request_ = 0;
};

}  // namespace kreisel
