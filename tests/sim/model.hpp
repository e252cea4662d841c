#pragma once
// Model: what a WAMP router must do, said as simply as possible: flat lists, searched from end to
// end, no index. Written from the specification, apart from router/core, which it judges.
//
// One realm; fed the same inputs in the same order.

#include "common/wamp/features.hpp"
#include "router/access/ingress.hpp"
#include "router/core/realm.hpp"
#include "tests/sim/expected.hpp"
#include "tests/sim/universe.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kreisel::sim {

struct ModelSession {
    SessionId id;
    std::string authid;
    std::string role;
    ClientRoles roles;
    bool is_joined = false;
    std::uint64_t next_request = 1;
    std::uint64_t last_invocation = 0;
};

struct ModelSubscription {
    PatternChoice pattern;
    SubscriptionId id;
    std::vector<Actor> subscribers;
};

struct ModelRegistration {
    struct Member {
        Actor callee = 0;
        std::uint64_t number = 0;  ///< in order of registration
        bool wants_caller = false;
    };
    PatternChoice pattern;
    std::string invoke;
    RegistrationId id;
    std::vector<Member> members;
    std::uint64_t last_number = 0;
    std::uint64_t last_invoked = 0;  ///< number of the member whose turn was last
};

struct ModelCall {
    Actor caller = 0;
    RequestId request;
    Actor callee = 0;
    RequestId invocation;
    bool is_interrupted = false;
};

class Model {
  public:
    Model(bool has_strict_ids, bool has_strict_uris, RealmLimits limits)
        : has_strict_ids_(has_strict_ids), has_strict_uris_(has_strict_uris), limits_(limits) {}

    void join(Actor actor, ModelSession session);
    /// The gate: the verdict, and the answer if there is one.
    [[nodiscard]] Admission::Verdict admit(Actor actor, const Message& message,
                                           Expectations& expected);
    /// An admitted message.
    void handle(Actor actor, const Message& message, Expectations& expected);
    /// The same after permissions were swapped behind the gate.
    void handle_again_judged(Actor actor, const Message& message, Expectations& expected);
    void leave(Actor actor, Expectations& expected);
    /// Removes what a session that is out still held.
    void take_apart(Actor actor, Expectations& expected);
    void refuse_invocation(Actor callee, RequestId invocation, std::string_view error,
                           Expectations& expected);
    void swap_permissions(std::uint32_t version, Expectations& expected);
    void close_all(Expectations& expected);

    [[nodiscard]] RealmCounts counts() const;
    [[nodiscard]] const ModelSession& session(Actor actor) const { return sessions_.at(actor); }
    [[nodiscard]] const std::vector<ModelCall>& calls() const { return calls_; }
    /// The invoke policy of a registration that exists.
    [[nodiscard]] const std::string& policy_of(RegistrationId id) const;

  private:
    // The gate (model_access.cpp)
    [[nodiscard]] std::optional<Admission::Verdict> judge_request(Actor actor,
                                                                  const Message& message,
                                                                  Expectations& expected);
    [[nodiscard]] const std::vector<PermissionRule>& rules(const ModelSession& session) const;
    [[nodiscard]] bool is_permitted(const ModelSession& session, Action action,
                                    const PatternChoice& pattern) const;
    void revoke_unpermitted(Actor actor, Expectations& expected);

    // Publish and subscribe (model_broker.cpp)
    void subscribe(Actor actor, const Subscribe& request, Expectations& expected);
    void unsubscribe(Actor actor, const Unsubscribe& request, Expectations& expected);
    void publish(Actor actor, const Publish& request, Expectations& expected);
    [[nodiscard]] bool is_receiver(Actor actor, Actor publisher, const Dict& options) const;
    void bind_subscription(const PatternChoice& pattern, SubscriptionId id);
    void remove_subscriber(Actor actor, SubscriptionId id);

    // Remote procedure calls (model_dealer.cpp)
    void register_(Actor actor, const Register& request, Expectations& expected);
    void unregister(Actor actor, const Unregister& request, Expectations& expected);
    void call(Actor actor, const Call& request, Expectations& expected);
    void cancel(Actor actor, const Cancel& request, Expectations& expected);
    void yield(Actor actor, const Yield& answer, Expectations& expected);
    void error(Actor actor, const ErrorMessage& answer, Expectations& expected);
    [[nodiscard]] ModelRegistration* find_best(std::string_view procedure);
    [[nodiscard]] static std::vector<ModelRegistration::Member> choices(
        const ModelRegistration& registration);
    void bind_registration(const PatternChoice& pattern, RegistrationId id);
    void bind_call(RegistrationId id, Actor caller, RequestId request, Actor callee,
                   RequestId invocation);
    void remove_callee(Actor actor, RegistrationId id);
    [[nodiscard]] std::vector<ModelCall>::iterator find_invocation(Actor callee, RequestId id);
    [[nodiscard]] bool is_issued(Actor callee, RequestId id) const;

    [[nodiscard]] static Expected make(Actor to, Message message);
    [[nodiscard]] static Expected make_error(Actor to, MessageType type, RequestId request,
                                             std::string_view uri);
    void violate(Actor actor, Expectations& expected);

    bool has_strict_ids_;
    bool has_strict_uris_;
    RealmLimits limits_;
    std::uint32_t version_ = 0;
    std::map<Actor, ModelSession> sessions_;
    std::vector<ModelSubscription> subscriptions_;
    std::vector<ModelRegistration> registrations_;
    std::vector<ModelCall> calls_;
    PublicationId publication_;  ///< of the PUBLISH at hand, once seen
};

}  // namespace kreisel::sim
