#pragma once
// Dealer: REGISTER, UNREGISTER, CALL, CANCEL, YIELD and ERROR (rfc/text/basic/
// remote_procedure_call and rfc/text/advanced/rpc_*): what each message means for the two tables,
// Registrations and Calls.
//
// dealer.cpp holds what concerns registrations, dealer_calls.cpp the way of a call to its callee,
// dealer_answers.cpp the way back and every other end of a call. A Result that failed is a protocol
// violation of the sender; everything else that can be wrong is answered with ERROR or dropped.
// Owned by the Realm; serial step.

#include "router/core/calls.hpp"
#include "router/core/heirs.hpp"
#include "router/core/registrations.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kreisel {

class Dealer {
  public:
    /// The references must outlive the dealer.
    Dealer(const Sessions& sessions, Random& random, const RealmLimits& limits, MetaEvents& meta,
           const RealmTime& time, std::uint64_t seed)
        : sessions_(sessions),
          limits_(limits),
          time_(time),
          registrations_(sessions, random, meta, seed),
          calls_(sessions) {}

    void register_(Session& session, const Register& request, Effects& effects);
    void unregister(Session& session, const Unregister& request, Effects& effects);
    [[nodiscard]] Result<void> call(Session& caller, Call&& request, Effects& effects);
    void cancel(Session& caller, const Cancel& request, Effects& effects);
    [[nodiscard]] Result<void> yield(Session& callee, Yield&& answer, Effects& effects);
    [[nodiscard]] Result<void> error(Session& callee, ErrorMessage&& answer, Effects& effects);
    /// The invocation never reached the callee: another one is tried, or its caller gets `error`.
    void refuse_invocation(const Session& callee, RequestId invocation, std::string_view error,
                           Effects& effects);

    // What a leaving session held, one by one; entries that are gone by then are passed over.
    void drop_call(const Session& caller, RequestId request, Effects& effects);
    void drop_invocation(const Session& callee, RequestId invocation, Effects& effects);
    void remove_callee(Session& session, RegistrationId registration, Effects& effects);

    /// Takes every registration away that the session's permissions do not allow (any more).
    void revoke_unpermitted(Session& session, const SessionPermissions& before, Effects& effects);
    /// Takes a registration away that `session` holds; UNREGISTERED goes to those who know of
    /// revocation, with `reason` if it is not empty. Invocations under way stay answerable.
    void revoke(Session& session, RegistrationId registration, std::string_view reason,
                Effects& effects);
    /// The peer of `holder` is there: who waits for its procedures is refused.
    void confirm_alive(PeerRef holder, Effects& effects);
    /// Forgets all registrations and calls; the sessions are forgotten with them.
    void clear();

    /// When the next call or request times out, if any does.
    [[nodiscard]] std::optional<TimePoint> next_deadline() const;
    /// Ends what is due: up to a slice of them, so that next_deadline() may have passed
    /// still.
    void on_time(Effects& effects);

    /// What the router's own session was told since the last time, by the request it made.
    struct Reply {
        RequestId request;
        Message message;
    };
    [[nodiscard]] bool has_replies() const { return !replies_.empty(); }
    [[nodiscard]] std::vector<Reply> take_replies() { return std::exchange(replies_, {}); }

    [[nodiscard]] const Registrations& registrations() const { return registrations_; }
    [[nodiscard]] std::size_t pending_count() const { return calls_.size(); }

  private:
    void add_registration(Session& session, const Register& request, bool may_wait,
                          Effects& effects);
    /// Whether the procedure is held by what may be a ghost of the session; then the request waits.
    [[nodiscard]] bool has_waited_for_ghost(const Session& session, const Register& request,
                                            Effects& effects);
    /// Takes a registration from `session`; who waited for it is served.
    bool remove_registration(Session& session, RegistrationId registration, Effects& effects);
    /// When callees are out: to those who wait, for a callee or for the procedure.
    void pass_on(RegistrationId registration, Effects& effects);
    static void tell_revoked(const Session& session, RegistrationId registration,
                             std::string_view reason, Effects& effects);
    /// force_reregister: the procedure is taken from those of the same role who hold it.
    void take_over(Session& session, const Register& request, Effects& effects);

    // --- to the callee ---
    [[nodiscard]] Result<void> continue_call(PendingCall& pending, Call request, Effects& effects);
    /// What CALL.Options ask for that cannot be had; nothing if all is well.
    [[nodiscard]] std::optional<Error> judge(const Session& caller, const Call& request) const;
    /// Sends the INVOCATION (true); or ERROR, if the callee lacks what the call needs. `has_more`:
    /// further payloads are there.
    bool invoke(PendingCall& pending, const Session& caller, const Choice& choice, Call&& request,
                bool has_more, Effects& effects);
    bool invoke_from_memory(PendingCall& pending, const Session& caller, const Choice& choice,
                            Effects& effects);
    static void remember(PendingCall& pending, const Session& callee, const Call& request,
                         const Dict& details, bool has_more);
    static void send_more(const PendingCall& pending, Payload payload, bool is_last,
                          Effects& effects);
    void wait(PendingCall& pending, Registration& registration, Call request);
    void serve(PendingCall& pending, const Choice& choice, Effects& effects);
    /// Gives waiting calls to callees that are free.
    void serve_waiting(RegistrationId registration, Effects& effects);
    void answer_orphans(Effects& effects);

    // --- back to the caller ---
    /// The pending call that an answer of `callee` is for; nullptr if it is finished or given up.
    [[nodiscard]] Result<PendingCall*> find_answered(const Session& callee, RequestId invocation);
    /// An answer in payload passthru mode for a caller that did not announce it.
    [[nodiscard]] bool is_unreadable(const PendingCall& pending, const Dict& options) const;
    /// The text wants the ERROR at the callee, who has no request that it could answer
    /// (rfc/text/advanced/payload_passthru_mode): the caller gets it.
    void refuse_answer(PendingCall& pending, Effects& effects);
    void yield_progress(PendingCall& pending, Yield answer, Effects& effects);
    /// Tries the next callee, or answers that there is none.
    void reroute(PendingCall& pending, Effects& effects);
    /// Takes the call out of the table; its callee is free for another one, which is invoked.
    PendingCall finish(PendingCall& pending, Effects& effects);
    void release_member(PendingCall& pending);
    void answer(const PendingCall& call, Message&& message, Effects& effects);
    /// Tells `caller` what became of `request`.
    void tell(const Session& caller, RequestId request, Message&& message, Effects& effects);
    void finish_with(PendingCall& pending, std::string_view uri, std::string text,
                     Effects& effects);
    /// INTERRUPT, unless the callee has left or was told before. It must know of canceling.
    void interrupt(PendingCall& call, std::string_view mode, Effects& effects);
    [[nodiscard]] bool knows_canceling(PeerRef callee) const;

    const Sessions& sessions_;
    const RealmLimits& limits_;
    const RealmTime& time_;
    Registrations registrations_;
    Calls calls_;
    Heirs heirs_;
    std::vector<Reply> replies_;
    std::uint64_t last_turn_ = 0;  ///< of waiting calls
};

}  // namespace kreisel
