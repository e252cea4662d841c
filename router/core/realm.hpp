#pragma once
// Realm: the pure, single-threaded state machine that routes. Messages of its sessions go in,
// effects come out; it knows no socket, thread, clock or log.
//
// Owned by its RealmHost (router/server) or by a test; every call is part of the realm's serial
// step. Messages given to handle() have passed the session's Ingress: known type, role, valid URI,
// static permission, request id in sequence. What depends on the realm's tables is judged here.
//
//     Realm realm(options, random);
//     PeerRef alice = *realm.join(session, effects);
//     realm.handle(alice, Subscribe{RequestId{1}, {}, "com.example.tick"}, effects);

#include "common/base/clock.hpp"
#include "common/base/random.hpp"
#include "common/base/result.hpp"
#include "common/wamp/features.hpp"
#include "common/wamp/messages.hpp"
#include "router/core/effects.hpp"
#include "router/core/events/event_store.hpp"
#include "router/core/events/history_rule.hpp"
#include "router/core/limits.hpp"
#include "router/core/permissions.hpp"
#include "router/core/quirks.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kreisel {

struct RealmOptions {
    Uri name;
    RealmLimits limits;
    PermissionsPtr permissions;
    std::vector<HistoryRule> history{};
    /// Where kept events survive the realm; nullptr: in memory only. Must outlive the realm.
    EventStore* store = nullptr;
};

/// Who joins: the outcome of the handshake.
struct SessionInfo {
    SessionId id;
    std::string authid;
    std::string authrole;
    std::string authmethod;
    std::string authprovider;
    ClientRoles roles;
    ClientQuirks quirks;
    /// WELCOME as it is to be sent; join() enqueues it, so that nothing can overtake it.
    Welcome welcome;
    /// `transport` of session details: peer, protocol... For the meta API.
    Dict transport;
};

/// A call whose caller is the router itself.
struct Question {
    std::uint64_t token = 0;  ///< the asker's own name for it; comes back with the answer
    Uri procedure;
    Payload payload;
    Duration timeout{};  ///< from 1 ms on
};

/// The time of a step, as its host tells it: the realm has no clock of its own.
struct RealmTime {
    TimePoint now{};  ///< never goes back
    WallTime wall{};
};

/// Size of every table, for the tests that want all of them empty when everybody has left.
struct RealmCounts {
    std::size_t sessions = 0;
    std::size_t subscriptions = 0;
    std::size_t subscribers = 0;  ///< (session, subscription) pairs
    std::size_t registrations = 0;
    std::size_t callees = 0;  ///< (session, registration) pairs
    std::size_t pending_calls = 0;
    std::size_t pending_invocations = 0;
    std::size_t definitions = 0;  ///< given with wamp.reflect.define
    bool operator==(const RealmCounts&) const = default;
};

class Realm {
  public:
    /// `random` must outlive the realm.
    Realm(RealmOptions options, Random& random);
    ~Realm();
    Realm(const Realm&) = delete;
    Realm& operator=(const Realm&) = delete;

    /// The time of the inputs that follow. A time before the last one told is ignored.
    void set_time(RealmTime time);

    /// Adds a session and sends its WELCOME. Fails if the session id is taken or the role is
    /// unknown.
    [[nodiscard]] Result<PeerRef> join(SessionInfo session, Effects& effects);
    /// Removes a session, however it ended; its own sends no longer count. Pending calls of its
    /// callers are answered, its subscriptions and registrations removed. Unknown peers are
    /// ignored.
    void leave(PeerRef peer, Effects& effects);
    /// One admitted message of a session. Unknown peers are ignored.
    void handle(PeerRef peer, Message&& message, Effects& effects);
    /// The same for a message that was admitted under an older snapshot of permissions: its static
    /// permission is judged again first.
    void handle_again_judged(PeerRef peer, Message&& message, Effects& effects);
    /// Calls a procedure of the realm for the router itself. Answered exactly once, perhaps at
    /// once, through Effects::answers(): by a ResultMessage or an ErrorMessage, which is
    /// wamp.error.timeout after `timeout`, wamp.error.no_such_procedure if nobody is registered and
    /// wamp.error.canceled if the callee leaves or the realm is closed.
    void ask(Question question, Effects& effects);
    /// The receiver's connection could not take an INVOCATION (outbox over its soft limit, or the
    /// receiver's message limit): the call is answered with `error`.
    void refuse_invocation(PeerRef callee, RequestId invocation, std::string_view error,
                           Effects& effects);

    /// The session reads again, and so many events were not kept for it meanwhile. If it wants to
    /// know, it gets an EVENT of `wamp.session.on_events_dropped`, and nobody else does.
    void tell_dropped(PeerRef peer, std::uint64_t events, Effects& effects);
    /// Answers Effects::probes(): the peer of this session is there. Unknown peers are ignored.
    void confirm_alive(PeerRef peer, Effects& effects);
    /// The oldest INVOCATION.Request of a callee that may still be answered; the next one to be
    /// issued if there is none. Costs a look at each of its pending invocations.
    [[nodiscard]] RequestId oldest_invocation(PeerRef callee) const;

    /// When on_time() wants to be called next, if ever.
    [[nodiscard]] std::optional<TimePoint> next_deadline() const;
    void on_time(TimePoint now, Effects& effects);

    /// Swaps permissions between two inputs. Subscriptions and registrations that are no longer
    /// allowed are removed (with revocation messages to those who announced the feature); sessions
    /// whose role is gone are closed with GOODBYE.
    void set_permissions(PermissionsPtr permissions, Effects& effects);
    void set_limits(const RealmLimits& limits);
    /// Swaps the rules of event history; events under rules that stay are kept as far as they fit.
    void set_history(std::vector<HistoryRule> rules);
    /// What the store held, before the first input.
    void restore(StoredEvents stored);
    /// What became of a batch that was written to the store.
    void on_stored(const StoreOutcome& outcome, Effects& effects);
    /// GOODBYE with `reason` to every session, which is out of the tables afterwards.
    void close_all(std::string_view reason, Effects& effects);

    [[nodiscard]] RealmCounts counts() const;
    /// How often each limit was met since the realm began.
    [[nodiscard]] const RealmLimitCounts& limits_reached() const;
    [[nodiscard]] const RealmOptions& options() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace kreisel
