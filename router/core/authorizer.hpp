#pragma once
// Authorizer: has procedures of the realm decide what the rules of a role leave open
// (rfc/text/advanced/authorization: dynamic authorization).
//
// The requests of a session keep their order: while one waits for its ruling, those behind it wait
// too. YIELD, ERROR, CANCEL, GOODBYE and ABORT never do, so that an authorizer whose own request
// waits can still answer. Whatever goes wrong is a refusal. Owned by the Realm, which dispatches
// what may pass; serial step.

#include "router/core/dealer.hpp"
#include "router/core/gate.hpp"
#include "router/core/questions.hpp"
#include "router/core/request_facts.hpp"
#include "router/core/sessions.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace kreisel {

class Authorizer {
  public:
    /// The references must outlive this.
    Authorizer(const Sessions& sessions, const Dealer& dealer, Questions& questions,
               const RealmOptions& options, const RealmTime& time)
        : sessions_(sessions),
          dealer_(dealer),
          questions_(questions),
          options_(options),
          time_(time) {}

    /// Whether the message has to wait its turn; others pass at once.
    [[nodiscard]] static bool may_be_held(const Message& message);
    /// Appends a request to those of the session, or refuses it: too many wait.
    static void hold(Session& session, Message&& message, Effects& effects);
    struct Released {
        Message message;
        std::optional<Disclose> disclose;
    };
    /// The next request of the session that may be handled, taken out; those that are refused are
    /// answered. Nothing: none is left, or the next one waits for a ruling.
    [[nodiscard]] std::optional<Released> release(Session& session, Effects& effects);
    /// CANCEL of a CALL that is held: it is taken out and answered. False: it is no such CANCEL.
    [[nodiscard]] bool cancel(Session& session, const Cancel& request, Effects& effects);
    /// Takes a ruling to the session that waits for it, which may go on: nobody if it has left.
    [[nodiscard]] PeerRef on_answer(const Answer& answer);

    /// The session has more to release than one step is for.
    void postpone(PeerRef peer) { postponed_.push_back(peer); }
    [[nodiscard]] std::deque<PeerRef> take_postponed() { return std::exchange(postponed_, {}); }
    [[nodiscard]] bool has_postponed() const { return !postponed_.empty(); }

    /// Forgets the session's rulings about URIs that begin so; how many.
    std::size_t purge(Session& session, std::string_view uri);
    /// A question under way that a purge has overtaken: its ruling is used once and not kept.
    void forget_questions() { ++epoch_; }
    void clear() {
        asked_.clear();
        postponed_.clear();
    }

  private:
    struct Asked {
        PeerRef peer;
        Rulings::About about;
        Uri authorizer;
        RegistrationId registration;
        std::uint64_t epoch = 0;
    };
    /// The ruling on the first request; nothing: it was asked for.
    [[nodiscard]] std::optional<Ruling> judge(Session& session, const RequestFacts& request,
                                              Effects& effects);
    void ask(Session& session, const RequestFacts& request, RegistrationId registration,
             Effects& effects);
    /// Gives authorizers their own answers: then it must not wait for them.
    [[nodiscard]] bool is_authorizer(const Session& session) const;
    static void refuse(const Session& session, const RequestFacts& request, const Ruling& ruling,
                       Effects& effects);

    const Sessions& sessions_;
    const Dealer& dealer_;
    Questions& questions_;
    const RealmOptions& options_;
    const RealmTime& time_;
    std::unordered_map<std::uint64_t, Asked> asked_;
    std::uint64_t last_question_ = 0;
    std::uint64_t epoch_ = 0;
    std::deque<PeerRef> postponed_;
};

}  // namespace kreisel
