#pragma once
// SessionCore: the client's side of a WAMP session as a pure state machine, across connections.
//
// What comes from the link goes in by on_...(), what the user wants by verbs; what is to be done
// about it comes out as Effects. It has no clock: its owner tells the time before each input and
// wakes it at next_deadline(). Subscriptions and registrations that stood are asked for again after
// every new connection; what was under way when a connection went is answered with an error.
//
//     core.set_time(now);
//     core.on_message(std::move(message), effects);  // what it sends goes to the effects' outlet
//     effects.run_notices();
//     if (auto end = core.take_end()) ...
//
// Owned by one session and confined to its strand.

#include "client/core/effects.hpp"
#include "client/core/identity.hpp"
#include "client/core/invocations.hpp"
#include "client/core/operations.hpp"
#include "client/core/standing.hpp"
#include "common/base/clock.hpp"
#include "common/base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kreisel::client {

struct CoreSettings {
    std::string realm{};
    /// `agent` of HELLO.
    std::string agent{};
    WhileOffline while_offline = WhileOffline::fail;
    /// Operations under way and waiting.
    std::size_t operations_max = 65536;
    /// Operations that wait for a connection.
    std::size_t waiting_max = 1024;
    /// Invocations worked on at a time.
    std::size_t invocations_max = 65536;
};

enum class CoreState : std::uint8_t {
    offline,
    joining,  ///< HELLO went out
    joined,
    leaving,  ///< GOODBYE went out
};

/// Answers the router's questions at log-in; made anew for each connection.
class Login {
  public:
    virtual ~Login() = default;
    /// Adds authid, authmethods and authextra to the details of HELLO.
    virtual void introduce(Dict& details) = 0;
    [[nodiscard]] virtual Result<Authenticate> answer(const Challenge& challenge) = 0;
    /// Whether the router proved what it had to prove.
    [[nodiscard]] virtual Result<void> check(const Welcome& welcome) = 0;
};

/// How a connection ended: why, and whether another may be tried.
struct CoreEnd {
    enum class Retry : std::uint8_t { no, yes };
    Error why;
    Retry retry = Retry::yes;
};

class SessionCore {
  public:
    explicit SessionCore(CoreSettings settings);

    void set_time(TimePoint now) { now_ = now; }

    /// A connection is open for messages.
    void on_open(std::unique_ptr<Login> login, Effects& effects);
    void on_message(Message message, Effects& effects);
    /// The connection is gone. Operations under way end with `why`.
    void on_lost(const Error& why, Effects& effects);
    void on_time(Effects& effects);
    [[nodiscard]] std::optional<TimePoint> next_deadline() const;

    /// Ends everything that waits or stands: the session is given up.
    void close(const Error& why, Effects& effects);
    /// The same with nobody told: there is nothing left to tell them on. Destroys what the user
    /// gave, which may ask for more only later.
    void drop();
    /// Sends GOODBYE; take_end() tells when the router has answered. False: there is nothing to
    /// leave.
    bool leave(std::string_view reason, Effects& effects);

    /// `is_open`: call_more() will follow.
    enum class Parts : std::uint8_t { one, several };
    OperationId call(Target<CallOptions> target, Payload payload, Parts parts,
                     std::shared_ptr<CallWaiter> waiter, Effects& effects);
    /// One more part of the arguments. False: the call is over, or takes no more.
    bool call_more(OperationId call, Payload payload, bool is_last, Effects& effects);
    /// Without `acknowledge` the waiter is told as soon as the message is on its way.
    OperationId publish(Target<PublishOptions> target, Payload payload,
                        std::shared_ptr<Waiter<PublicationId>> waiter, Effects& effects);
    /// Gives an operation up: its waiter is told wamp.error.canceled, at once or (for a call in
    /// mode kill) with what the router says then.
    void cancel(OperationId id, CancelMode mode, Effects& effects);

    /// The entry and the request for it.
    struct Standing {
        StandingId standing;
        OperationId operation;
        std::shared_ptr<const PresentId> id;
    };
    Standing subscribe(Target<SubscribeOptions> target, std::shared_ptr<EventSink> sink,
                       std::shared_ptr<Waiter<SubscriptionId>> waiter, Effects& effects);
    void unsubscribe(StandingId standing, std::shared_ptr<Waiter<void>> waiter, Effects& effects);
    Standing enroll(Target<RegisterOptions> target, std::shared_ptr<Procedure> procedure,
                    std::shared_ptr<Waiter<RegistrationId>> waiter, Effects& effects);
    void unregister(StandingId standing, std::shared_ptr<Waiter<void>> waiter, Effects& effects);

    void yield(const InvocationKey& key, Answer answer, Effects& effects);
    void fail(const InvocationKey& key, std::string_view uri, Answer answer, Effects& effects);
    [[nodiscard]] bool is_under_way(const InvocationKey& key) const {
        return invocations_.is_under_way(key);
    }

    [[nodiscard]] CoreState state() const { return state_; }
    [[nodiscard]] const Identity& identity() const { return identity_; }
    /// Whether the router announced it for the role, e.g. `dealer`, `call_canceling`.
    [[nodiscard]] bool router_has(std::string_view role, std::string_view feature) const;
    /// Set when a connection is over by what was said on it; the owner closes the link.
    [[nodiscard]] std::optional<CoreEnd> take_end() { return std::exchange(end_, std::nullopt); }
    [[nodiscard]] std::size_t operation_count() const { return operations_.size(); }

  private:
    using Subscriptions = StandingTable<SubscriptionId, EventSink>;
    using Registrations = StandingTable<RegistrationId, Procedure>;

    void on(Welcome& message, Effects& effects);
    void on(Challenge& message, Effects& effects);
    void on(Abort& message, Effects& effects);
    void on(Goodbye& message, Effects& effects);
    void on(ErrorMessage& message, Effects& effects);
    void on(Published& message, Effects& effects);
    void on(Subscribed& message, Effects& effects);
    void on(Unsubscribed& message, Effects& effects);
    void on(Event& message, Effects& effects);
    void on(ResultMessage& message, Effects& effects);
    void on(Registered& message, Effects& effects);
    void on(Unregistered& message, Effects& effects);
    void on(Invocation& message, Effects& effects);
    void on(Interrupt& message, Effects& effects);
    template <class NotForClients>
    void on(NotForClients& message, Effects& effects);

    void violate(std::string text, Effects& effects);
    void finish(Error why, CoreEnd::Retry retry);
    void drop_connection(const Error& why, Effects& effects);

    /// Why nothing more can be taken, if so.
    [[nodiscard]] std::optional<Error> refusal(const Effects& effects) const;
    /// Sends the operation now, or keeps it until it can be sent.
    OperationId submit(Asked asked, Message message, Milliseconds timeout, Effects& effects);
    void send(Operation& operation, Message message, Effects& effects);
    void send_publish(Publish message, std::shared_ptr<Waiter<PublicationId>> waiter,
                      Effects& effects);
    void send_waiting(Effects& effects);
    void ask_again(Effects& effects);
    /// Somebody else has a procedure that stood here: mostly our own session before this one, which
    /// the router still takes for alive.
    void postpone(StandingId standing, const Error& why, Effects& effects);
    /// Tells the waiter of an operation that is over without an answer, and undoes what it stood
    /// for.
    void fail_operation(Operation operation, const Error& why, Effects& effects);
    /// Tells the waiter, but waits on for the router's answer.
    void abandon(Operation& operation, const Error& why, Effects& effects);
    void give_back(SubscriptionId id, std::shared_ptr<Waiter<void>> waiter, Effects& effects);
    void give_back(RegistrationId id, std::shared_ptr<Waiter<void>> waiter, Effects& effects);

    CoreSettings settings_;
    CoreState state_ = CoreState::offline;
    TimePoint now_{};
    std::unique_ptr<Login> login_;
    Identity identity_;
    OperationTable operations_;
    Subscriptions subscriptions_;
    Registrations registrations_;
    Invocations invocations_;
    std::optional<CoreEnd> end_{};
    /// When to ask again for what was postponed in this connection, and how long to wait next.
    std::optional<TimePoint> retry_at_{};
    Milliseconds retry_wait_{};
    /// Why the session was given up: nothing more is taken.
    std::optional<Error> over_{};
    bool is_challenged_ = false;
    /// What was said ended the connection: nothing more is heard on it.
    bool is_finished_ = false;
};

}  // namespace kreisel::client
