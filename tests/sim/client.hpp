#pragma once
// Client: what a simulated client sees at its end of the line, and the oracles that hold there
// whatever the model says: order of events and invocations per pair, SUBSCRIBED and REGISTERED
// first, nothing after the end, one answer for one request.

#include "common/wamp/features.hpp"
#include "common/wamp/messages.hpp"
#include "tests/sim/expected.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace kreisel::sim {

/// The payload of the simulation: who sent it, and its number there.
struct Stamp {
    Actor sender = 0;
    std::uint64_t number = 0;
    auto operator<=>(const Stamp&) const = default;
};
[[nodiscard]] std::uint64_t to_number(Stamp stamp);
[[nodiscard]] Payload make_payload(Stamp stamp);
/// Testaments come when their session is gone, in an order of their own: as if from somebody else.
[[nodiscard]] Stamp stamp_of_testament(Stamp stamp, bool is_detached);
[[nodiscard]] Stamp read_stamp(const Payload& payload);

class Client {
  public:
    /// `has_order`: no call waits for a callee or moves to another one, so that invocations come in
    /// the order of their calls.
    Client(ClientRoles roles, bool has_order) : roles_(roles), has_order_(has_order) {}

    /// Notes what the client sends.
    void on_sent(const Message& message);
    /// Judges what reaches it; throws Fault.
    void on_received(const Message& message);

    // What the client may refer to.
    [[nodiscard]] const std::vector<SubscriptionId>& subscriptions() const { return subscribed_; }
    [[nodiscard]] const std::vector<RegistrationId>& registrations() const { return registered_; }
    struct Invoked {
        RequestId id;
        Stamp stamp;  ///< of the first part
        Stamp last;   ///< of the last part
        bool is_open = false;
        bool is_interrupted = false;
    };
    /// A call whose last part was not sent yet, though it may be over.
    struct Opened {
        RequestId request;
        Uri procedure;
    };
    [[nodiscard]] const std::vector<Invoked>& unanswered() const { return unanswered_; }
    [[nodiscard]] const std::vector<Invoked>& answered() const { return answered_; }
    [[nodiscard]] std::vector<RequestId> calls() const;
    [[nodiscard]] const std::vector<Opened>& opened() const { return opened_; }
    [[nodiscard]] std::uint64_t last_invocation() const { return last_invocation_; }
    /// Requests without an answer, calls apart.
    [[nodiscard]] std::size_t pending_requests() const { return pending_.size(); }

  private:
    void note_call(const Call& call);
    void note_answer(RequestId invocation);
    void on_part(const Invocation& invocation);
    void on_interrupt(const Interrupt& interrupt);
    void expect_pending(RequestId request, MessageType type);
    void on_event(const Event& event);
    void on_invocation(const Invocation& invocation);
    void on_result(const ResultMessage& result);
    void on_error(const ErrorMessage& error);
    void end_subscription(SubscriptionId id);
    void end_registration(RegistrationId id);

    struct Calling {
        Stamp stamp;
        bool wants_progress = false;
        bool is_router_called = false;
    };

    ClientRoles roles_;
    bool has_order_;
    std::map<RequestId, MessageType> pending_;
    std::map<RequestId, Calling> calls_;
    std::vector<Opened> opened_;
    std::map<RequestId, std::uint64_t> ends_;  ///< UNSUBSCRIBE, UNREGISTER -> what is ended
    std::vector<SubscriptionId> subscribed_;
    std::vector<RegistrationId> registered_;
    std::map<std::pair<Actor, SubscriptionId>, std::uint64_t> last_by_subscription_;
    std::map<Actor, std::pair<std::uint64_t, PublicationId>> last_event_;
    std::map<Actor, std::uint64_t> last_call_;
    std::set<Stamp> invoked_;
    std::uint64_t last_invocation_ = 0;
    std::vector<Invoked> unanswered_;
    std::vector<Invoked> answered_;
    bool has_asked_for_retained_ = false;
    bool has_ended_ = false;
};

}  // namespace kreisel::sim
