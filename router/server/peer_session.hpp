#pragma once
// PeerSession: the WAMP side of one connection, from HELLO to the last message: handshake, gate and
// membership in a realm.
//
// Part of its Connection, confined to its shard. What the realm's serial step keeps about the
// session is in Membership, which only that step touches.

#include "common/base/log.hpp"
#include "common/wire/wire.hpp"
#include "router/access/handshake.hpp"
#include "router/access/ingress.hpp"
#include "router/core/realm.hpp"
#include "router/server/invocation_ids.hpp"
#include "router/server/metrics.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

class Connection;
class RealmHost;

/// Touched in the realm's serial step only.
struct Membership {
    PeerRef peer;
    bool is_in = false;
};

class PeerSession {
  public:
    explicit PeerSession(Connection& connection) : connection_(connection) {}

    /// The wire is open: messages may come.
    void on_open();
    /// One message as it came; what it causes is sent or collected.
    void on_message(const WireMessage& message);
    /// Hands the collected messages to the realm. False: the realm is busy and took them for later;
    /// do not read on before Connection::on_burst_taken().
    [[nodiscard]] bool end_burst();
    /// What the log-in asked for elsewhere.
    void on_auth_answer(AuthAnswer answer);
    /// HELLO or AUTHENTICATE did not come in time.
    void on_login_timeout();
    /// The connection is lost or closing: leaves the realm. Idempotent.
    void leave(SessionEnd end, std::string_view why);
    /// Ends an established session with GOODBYE and waits for the answer.
    void say_goodbye(std::string_view reason, std::string_view text,
                     SessionEnd end = SessionEnd::closed);
    /// The realm has put the session out; its ABORT or GOODBYE is queued.
    void on_closed_by_realm(const Message& last);
    /// Ends the session if what proved its log-in has expired, else looks again later.
    void watch_expiry();
    /// The realm would not have it.
    void on_join_refused(const Error& error);
    /// A reload: judges by the new snapshot from now on; ends if user, role or realm is gone.
    void refresh();

    [[nodiscard]] bool is_joined() const { return state_ == State::joined; }
    /// Joined under rules that are no longer the newest.
    [[nodiscard]] bool is_outdated() const;
    [[nodiscard]] RealmHost* host() const { return host_.get(); }
    /// What the session's role sets instead of the listener's limits; before log-in nothing.
    [[nodiscard]] RoleRates role_rates() const;
    [[nodiscard]] Membership& membership() { return membership_; }
    [[nodiscard]] InvocationIds& invocation_ids() { return invocation_ids_; }
    void log(LogLevel level, std::string_view event, std::string_view why) const;

  private:
    enum class State : std::uint8_t {
        closed,            ///< no wire yet
        handshake,         ///< HELLO or AUTHENTICATE is due
        joined,            ///< in the realm
        awaiting_goodbye,  ///< our GOODBYE is out
        left               ///< over
    };

    void follow(HandshakeStep step);
    void ask(AuthQuestion question);
    /// Has the client's cookie stand for this log-in.
    void keep_cookie(std::optional<WallTime> session_expires);
    /// Logged out, or put out: the cookie stands for nobody any more.
    void drop_cookie();
    /// Refuses the log-in if its address has had too many that failed.
    [[nodiscard]] bool is_throttled();
    void on_admissible(Message&& message);
    /// Refuses a CALL that comes when the connection has sent more than it may. False: it goes on.
    [[nodiscard]] bool refuse_over_pace(const Message& message);
    void collect(Message&& message);
    void on_goodbye_reply(const Message& message);
    void join(HandshakeAccepted accepted);
    /// ABORT, then the end.
    void abort(Abort abort, std::uint16_t code, std::string_view why,
               SessionEnd end = SessionEnd::violation);
    void leave_realm(SessionEnd end);
    /// A joined session is about to be over.
    void count_end(SessionEnd end) const;

    Connection& connection_;
    State state_ = State::closed;
    std::unique_ptr<Handshake> handshake_;
    std::unique_ptr<Ingress> ingress_;
    std::shared_ptr<RealmHost> host_;
    RealmAccessPtr realm_;
    std::uint64_t access_version_ = 0;
    std::vector<Message> burst_;
    Membership membership_;
    InvocationIds invocation_ids_;
    SessionId id_;
    std::string authid_;
    std::string authrole_;
    std::string authmethod_;
    std::string authprovider_;
    std::optional<WallTime> expires_;
    std::string cookie_;
};

}  // namespace kreisel
