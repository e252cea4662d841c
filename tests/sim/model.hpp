#pragma once
// Model: what a WAMP router must do, said as simply as possible: flat lists, searched from end to
// end, no index. Written from the specification, apart from router/core, which it judges.
//
// One realm; fed the same inputs in the same order.

#include "common/base/clock.hpp"
#include "common/codec/codec.hpp"
#include "common/wamp/features.hpp"
#include "router/access/ingress.hpp"
#include "router/core/realm.hpp"
#include "tests/sim/expected.hpp"
#include "tests/sim/universe.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
    std::vector<Publish> detached;  ///< testaments of this scope
    std::vector<Publish> destroyed;
};

struct ModelSubscription {
    PatternChoice pattern;
    SubscriptionId id;
    std::vector<Actor> subscribers;
};

/// The event that a topic keeps.
struct ModelRetained {
    Actor publisher = 0;
    Publish publication;
    Dict details;
    std::shared_ptr<PublicationId> id;  ///< 0 as long as nobody was told
};

struct ModelRegistration {
    struct Member {
        Actor callee = 0;
        std::uint64_t number = 0;  ///< in order of registration
        bool wants_caller = false;
        bool wants_timeout = false;     ///< keeps the time of its calls itself
        std::uint64_t concurrency = 0;  ///< 0: any number at a time
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
    RegistrationId registration;
    Uri procedure;
    bool is_asked = false;  ///< disclose_me
    /// The rule when the call came: a call that waits keeps it.
    Disclose disclose = Disclose::on_request;
    bool wants_progress = false;
    Duration timeout{};
    std::optional<TimePoint> deadline;
    /// What the caller sent: all of it while the call waits, then the first part.
    std::vector<Payload> parts;
    bool is_open = false;  ///< more is to come
    bool is_waiting = true;
    std::optional<Actor> callee;
    RequestId invocation;
    std::uint64_t member = 0;          ///< the callee's number in the registration
    std::vector<std::uint64_t> tried;  ///< members that were unavailable
    Dict details;                      ///< of each INVOCATION, without `progress`
    Duration grace{};                  ///< for a callee that keeps the time itself
    bool takes_progress = false;
    bool is_bound = false;  ///< no other callee could go on from here
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
    /// Time passes: calls whose time is up are answered.
    void pass_time(TimePoint now, Expectations& expected);

    [[nodiscard]] RealmCounts counts() const;
    [[nodiscard]] const ModelSession& session(Actor actor) const { return sessions_.at(actor); }
    [[nodiscard]] const std::vector<ModelCall>& calls() const { return calls_; }
    [[nodiscard]] std::optional<TimePoint> next_deadline() const;
    /// What happened since this was asked last, for the coverage.
    [[nodiscard]] std::vector<std::string_view> take_notes() { return std::exchange(notes_, {}); }
    /// Whether a CALL has the id of an earlier one, which its caller may carry on.
    [[nodiscard]] bool is_continuation(Actor actor, const Message& message) const;
    /// The invoke policy of a registration; "none" if it is gone, which parts of a call outlive.
    [[nodiscard]] std::string policy_of(RegistrationId id) const;

  private:
    // The gate (model_access.cpp)
    void dispatch(Actor actor, const Message& message, Expectations& expected);
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
    /// Whether an event that is to be retained may be.
    [[nodiscard]] bool has_room(const Publish& request) const;
    void keep(ModelRetained event);
    void send_retained(Actor actor, const PatternChoice& pattern, Expectations& expected);
    void bind_subscription(const PatternChoice& pattern, SubscriptionId id);
    void remove_subscriber(Actor actor, SubscriptionId id);

    // Procedures of the router (model_meta.cpp); what may fail gives the ERROR to answer with
    enum class Will { read, unread };
    void call_router(Actor actor, const Call& request, Expectations& expected);
    [[nodiscard]] std::string_view kill(Actor actor, std::string_view by, const Arguments& given,
                                        Expectations& expected);
    void put_out(const std::vector<Actor>& victims, const Goodbye& goodbye, Will will,
                 Expectations& expected);
    [[nodiscard]] std::string_view remove_callee_for(const Arguments& given,
                                                     Expectations& expected);
    [[nodiscard]] std::string_view remove_subscriber_for(const Arguments& given,
                                                         Expectations& expected);
    [[nodiscard]] std::string_view add_testament(Actor actor, const Arguments& given);
    void publish_testaments(Actor actor, Expectations& expected);
    [[nodiscard]] std::optional<Actor> find_joined(std::optional<std::uint64_t> id) const;

    // Registrations (model_dealer.cpp)
    void register_(Actor actor, const Register& request, Expectations& expected);
    void unregister(Actor actor, const Unregister& request, Expectations& expected);
    /// `known_id`: of the registration that it joins, 0 if it is the first one there.
    void add_callee(Actor actor, const Register& request, const std::string& invoke,
                    RegistrationId known_id, Expectations& expected);
    /// force_reregister: those of the same role lose the procedure.
    void take_over(Actor actor, ModelRegistration& taken, Expectations& expected);
    [[nodiscard]] ModelRegistration* find_best(std::string_view procedure);
    [[nodiscard]] ModelRegistration* find_registration(RegistrationId id);
    /// Members of whom the next call goes to one; none: it waits. Roundrobin takes its turn.
    [[nodiscard]] std::vector<ModelRegistration::Member> choices(ModelRegistration& registration);
    /// The same for a call that the members of `tried` did not take.
    [[nodiscard]] std::vector<ModelRegistration::Member> other_choices(
        ModelRegistration& registration, const std::vector<std::uint64_t>& tried);
    /// How many invocations more a member takes now.
    [[nodiscard]] std::uint64_t room_of(const ModelRegistration& registration,
                                        const ModelRegistration::Member& member) const;
    void bind_registration(const PatternChoice& pattern, RegistrationId id);
    void remove_callee(Actor actor, RegistrationId id);

    // Calls on their way to a callee (model_calls.cpp)
    void call(Actor actor, const Call& request, Expectations& expected);
    void carry_on(ModelCall& call, const Call& request, Expectations& expected);
    /// INVOCATION to one of the candidates, or ERROR if it lacks what the call needs.
    void invoke(ModelCall& call, const ModelRegistration& registration,
                const std::vector<ModelRegistration::Member>& candidates, Expectations& expected);
    void bind_call(Actor caller, RequestId request, Actor callee, const Invocation& sent);
    [[nodiscard]] Dict details_of(const ModelCall& call, const ModelRegistration& registration,
                                  const ModelRegistration::Member& member) const;
    /// After each input: calls wait neither for nobody nor for a callee that has room.
    void serve_waiting(Expectations& expected);
    void serve_waiting(ModelRegistration& registration, Expectations& expected);
    void cancel(Actor actor, const Cancel& request, Expectations& expected);

    // Calls on their way back (model_answers.cpp)
    void yield(Actor actor, const Yield& answer, Expectations& expected);
    void error(Actor actor, const ErrorMessage& answer, Expectations& expected);
    void reroute(ModelCall& call, Expectations& expected);
    void drop_calls(Actor actor, Expectations& expected);
    /// Takes the call out; its caller is told if it is there.
    void end_call(const ModelCall& call, std::string_view error, Expectations& expected);
    void interrupt(ModelCall& call, std::string_view mode, Expectations& expected);
    void erase_call(Actor caller, RequestId request);
    [[nodiscard]] bool knows_canceling(const ModelCall& call) const;
    [[nodiscard]] bool may_move(const ModelCall& call) const;
    [[nodiscard]] ModelCall* find_call(Actor caller, RequestId request);
    [[nodiscard]] ModelCall* find_invocation(Actor callee, RequestId id);
    [[nodiscard]] bool is_issued(Actor callee, RequestId id) const;

    [[nodiscard]] static Expected make(Actor to, Message message);
    [[nodiscard]] static Expected make_error(Actor to, MessageType type, RequestId request,
                                             std::string_view uri);
    void note(std::string_view what) { notes_.push_back(what); }
    void violate(Actor actor, Expectations& expected);

    bool has_strict_ids_;
    bool has_strict_uris_;
    RealmLimits limits_;
    std::uint32_t version_ = 0;
    std::map<Actor, ModelSession> sessions_;
    std::vector<ModelSubscription> subscriptions_;
    /// By topic: the last for everybody, and one for some if that came later.
    std::map<Uri, std::vector<ModelRetained>> retained_;
    std::vector<ModelRegistration> registrations_;
    std::vector<ModelCall> calls_;  ///< in the order in which they were made
    TimePoint now_{};
    std::vector<std::string_view> notes_;
};

}  // namespace kreisel::sim
