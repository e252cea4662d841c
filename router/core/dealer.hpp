#pragma once
// Dealer: REGISTER, UNREGISTER, CALL, CANCEL, YIELD and ERROR (rfc/text/basic/
// remote_procedure_call and rfc/text/advanced/rpc_*): what each message means for the two tables,
// Registrations and Calls.
//
// A Result that failed is a protocol violation of the sender; everything else that can be wrong is
// answered with ERROR or dropped. Owned by the Realm; serial step.

#include "router/core/calls.hpp"
#include "router/core/registrations.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kreisel {

class Dealer {
  public:
    /// The references must outlive the dealer.
    Dealer(const Sessions& sessions, Random& random, const RealmLimits& limits, MetaEvents& meta,
           std::uint64_t seed)
        : sessions_(sessions),
          limits_(limits),
          registrations_(sessions, random, limits, meta, seed),
          calls_(sessions) {}

    void register_(Session& session, const Register& request, Effects& effects);
    void unregister(Session& session, const Unregister& request, Effects& effects);
    [[nodiscard]] Result<void> call(Session& caller, Call request, Effects& effects);
    void cancel(Session& caller, const Cancel& request, Effects& effects);
    [[nodiscard]] Result<void> yield(Session& callee, Yield answer, Effects& effects);
    [[nodiscard]] Result<void> error(Session& callee, ErrorMessage answer, Effects& effects);
    /// The invocation never reached the callee: its caller gets `error`.
    void refuse_invocation(const Session& callee, RequestId invocation, std::string_view error,
                           Effects& effects);

    // What a leaving session held, one by one; entries that are gone by then are passed over.
    void drop_call(const Session& caller, RequestId request, Effects& effects);
    void drop_invocation(const Session& callee, RequestId invocation, Effects& effects);
    void remove_callee(Session& session, RegistrationId registration) {
        registrations_.remove(session, registration);
    }

    /// Takes every registration away that the session's permissions do not allow (any more).
    void revoke_unpermitted(Session& session, Effects& effects);
    /// Takes a registration away that `session` holds; UNREGISTERED goes to those who know of
    /// revocation, with `reason` if it is not empty. Invocations under way stay answerable.
    void revoke(Session& session, RegistrationId registration, std::string_view reason,
                Effects& effects);
    /// Forgets all registrations and calls; the sessions are forgotten with them.
    void clear();

    [[nodiscard]] const Registrations& registrations() const { return registrations_; }
    [[nodiscard]] std::size_t pending_count() const { return calls_.size(); }

  private:
    /// The pending call that an answer of `callee` is for; nullptr if it is finished or given up.
    [[nodiscard]] Result<PendingCall*> find_answered(const Session& callee, RequestId invocation);
    void answer(const PendingCall& call, Message message, Effects& effects);
    void answer_canceled(const PendingCall& call, std::string text, Effects& effects);
    /// INTERRUPT, unless the callee has left or was told before. It must know of canceling.
    void interrupt(PendingCall& call, std::string_view mode, Effects& effects);
    [[nodiscard]] bool knows_canceling(PeerRef callee) const;

    const Sessions& sessions_;
    const RealmLimits& limits_;
    Registrations registrations_;
    Calls calls_;
};

}  // namespace kreisel
