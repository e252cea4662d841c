#pragma once
// JudgedOracle: what must hold of sessions whose requests an authorizer decides about, whatever it
// says and however it fails. It is told all that happens, in order, and throws Fault.
//
// - What gets through was allowed: by a rule, by the answer to a question about it, or by one that
//   may be used again. Nothing of who has left gets through.
// - What is refused was denied, or nobody gave a usable answer.
// - The requests of a session are handled in their order; one question of it is open at a time, is
//   about the first that waits, and is not asked while an answer may be used again.
// - Each request that wants an answer gets one.

#include "common/wamp/messages.hpp"
#include "router/core/gate.hpp"
#include "tests/sim/expected.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace kreisel::sim {

/// What the rules say of a URI: `open.` is allowed, `shut.` is forbidden, `turn.` is either or
/// asked about by the version of the rules, all else is asked about.
enum class ByRule : std::uint8_t { allowed, forbidden, asked };
[[nodiscard]] ByRule by_rule(std::string_view uri, std::uint32_t version);
inline constexpr std::uint32_t judged_version_count = 3;

struct JudgedRequest {
    RequestId id;
    /// Absent: UNSUBSCRIBE, UNREGISTER, which need no permission.
    std::optional<Rulings::About> about;
    bool is_answered = true;
    bool is_over = false;
};

class JudgedOracle {
  public:
    enum class Outcome : std::uint8_t { through, denied, failed, no_room, canceled };

    /// As the realm's limits say.
    JudgedOracle(Duration timeout, std::size_t held_max, std::size_t kept_max)
        : timeout_(timeout), held_max_(held_max), kept_max_(kept_max) {}

    // --- what sessions do ---
    void on_request(Actor actor, JudgedRequest request);
    void on_gone(Actor actor) { askers_.erase(actor); }
    void on_outcome(Actor actor, RequestId id, Outcome outcome);

    // --- what authorizers do; `judge` is the session that was asked ---
    void on_question(Actor actor, const Rulings::About& about, Actor judge, RequestId invocation);
    /// Before its effects. `lifetime`: absent if the answer may be used once only. What comes too
    /// late is no answer.
    void on_answer(Actor judge, RequestId invocation, Ruling::Kind kind,
                   std::optional<Duration> lifetime);
    void on_judge_gone(Actor judge);
    /// 0: nobody is registered any more.
    void on_registration(RegistrationId id) { registration_ = id; }

    // --- what others do; before the effects ---
    void on_rules(std::uint32_t version);
    void on_time(TimePoint now);

    /// All effects of one input have been told.
    void end_step();
    /// Everybody has had the time to answer.
    void check_all_answered() const;
    [[nodiscard]] std::uint64_t questions() const { return questions_; }

  private:
    struct Question {
        Rulings::About about;
        RequestId request;
        Actor judge = 0;
        RequestId invocation;
        RegistrationId registration;
        TimePoint asked{};
        bool is_void = false;       ///< the request it is about was canceled
        bool is_overtaken = false;  ///< by other rules: the answer counts once
    };
    struct Kept {
        Rulings::About about;
        Ruling::Kind kind = Ruling::Kind::failed;
        std::optional<TimePoint> expires;
        RegistrationId registration;
    };
    struct Asker {
        std::vector<JudgedRequest> requests;
        RequestId last;  ///< handled in order
        std::optional<Question> question;
        /// The last ruling, until it is used.
        std::optional<Kept> fresh;
        std::vector<Kept> kept;
    };

    void take_ruling(Asker& asker, Ruling::Kind kind, std::optional<Duration> lifetime);
    [[nodiscard]] const Kept* find_kept(const Asker& asker, const Rulings::About& about) const;
    /// Whether such a ruling may decide about the request; a fresh one is used up.
    [[nodiscard]] bool has_ruling(Asker& asker, const Rulings::About& about, Ruling::Kind kind);
    void check_reason(Asker& asker, const JudgedRequest& request, Outcome outcome);

    Duration timeout_;
    std::size_t held_max_;
    std::size_t kept_max_;
    std::uint32_t version_ = 0;
    TimePoint now_{};
    RegistrationId registration_;
    std::uint64_t questions_ = 0;
    std::map<Actor, Asker> askers_;
};

}  // namespace kreisel::sim
