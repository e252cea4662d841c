#pragma once
// Who is told what the session core finds out: outcomes of operations, events, invocations.
//
// Implemented by the session around the core (with Asio handlers in them) and by tests. The core
// only passes them on in its Effects; none is called while the core is at work, so all may ask the
// core for more. Outcomes are told once, always: also when the connection goes or the session ends.

#include "client/core/error.hpp"
#include "client/core/options.hpp"
#include "common/wamp/messages.hpp"

#include <cstdint>
#include <memory>

namespace kreisel::client {

/// Of one operation.
template <class T>
class Waiter {
  public:
    using Outcome = Result<T>;

    virtual ~Waiter() = default;
    virtual void complete(Result<T> outcome) = 0;
};

/// What a call gave, or a part of it.
struct CallResult {
    Payload payload;
    Dict details;
};

class CallWaiter : public Waiter<CallResult> {
  public:
    /// A part of a progressive result; any number of them come before complete().
    virtual void on_progress(CallResult part) = 0;
    /// Instead of complete(), when what it would be told on is gone: lets go of whoever waits here,
    /// who may hold it in turn.
    virtual void drop() {}
};

struct ReceivedEvent {
    Payload payload;
    PublicationId publication;
    Dict details;
};

/// Stands on a subscription or registration.
class StandingSink {
  public:
    virtual ~StandingSink() = default;
    /// It ended without being given up: revoked, or refused after a new connection.
    virtual void on_gone(const Error& why) = 0;
    /// After a new connection somebody else has it; it is asked for again from time to time.
    virtual void on_postponed(const Error& why) { static_cast<void>(why); }
};

class EventSink : public StandingSink {
  public:
    virtual void on_event(ReceivedEvent event) = 0;
};

/// Names one invocation for ever: request ids begin anew with every connection.
struct InvocationKey {
    std::uint64_t connection = 0;
    RequestId request;
    bool operator==(const InvocationKey&) const = default;
};

/// One call under way at this callee.
class InvocationSink {
  public:
    virtual ~InvocationSink() = default;
    /// The arguments: once, or for a progressive invocation once for each part.
    virtual void on_payload(Payload payload, bool is_last) = 0;
    /// Nobody waits for the answer any more, or its caller wants it at once.
    virtual void on_interrupt(CancelMode mode) = 0;
    /// As CallWaiter::drop().
    virtual void drop() {}
};

/// A procedure of this callee.
class Procedure : public StandingSink {
  public:
    /// A place for a new invocation. Called while the core is at work: must not call back.
    [[nodiscard]] virtual std::shared_ptr<InvocationSink> open(InvocationKey key,
                                                               const Dict& details) = 0;
};

}  // namespace kreisel::client
