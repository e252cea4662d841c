#pragma once
// JudgedWorld: a realm whose sessions ask an authorizer, at random. Authorizers come, answer
// (allow, deny, for a while, nonsense, an error), are late, say nothing, give the procedure up and
// leave; sessions publish, subscribe, register, call, cancel and leave; rules are swapped. A
// watcher and a server see what gets through. JudgedOracle says whether it may.

#include "common/base/random.hpp"
#include "router/access/ingress.hpp"
#include "router/core/realm.hpp"
#include "tests/sim/judged_oracle.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kreisel::sim {

inline constexpr std::string_view judge_procedure = "com.judge";
/// Roles `asking`, whose authorizer that is, and `free`.
[[nodiscard]] RealmAccessPtr make_judged_access(std::uint32_t version);

class JudgedWorld {
  public:
    JudgedWorld(std::uint64_t seed, std::function<void(const std::string&)> trace);

    void step();
    /// Everything is answered, everybody leaves, all tables are empty.
    void end();
    /// What happened, by name.
    [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

  private:
    enum class Part : std::uint8_t { watcher, server, judge, asker };
    struct Member {
        Actor actor = 0;
        Part part = Part::asker;
        PeerRef ref;
        std::unique_ptr<Ingress> ingress;
        std::uint64_t last_request = 0;
        bool is_here = true;
        std::vector<SubscriptionId> subscriptions;
        std::vector<RegistrationId> registrations;
        std::vector<RequestId> calls;
        struct Asked {
            RequestId invocation;
            bool is_about_judging = false;  ///< who may be the authorizer
        };
        std::deque<Asked> questions;  ///< of a judge
    };

    Actor join(Part part);
    void drop(Member& member);
    void say(Member& member, Message message);
    void handle(Member& member, Message message);
    /// Hands the effects out; then come the answers of those who answer at once.
    void drain();
    void take(Member& member, const Message& message);
    void take_invocation(Member& member, const Invocation& invocation);
    void take_error(Member& asker, const ErrorMessage& error);
    void take_question(Member& judge, const Invocation& invocation, const List& args);

    void ask_something(Member& asker);
    void ask_much(Member& asker);
    void cancel_something(Member& asker);
    void answer_something(Member& judge);
    void offer_judgement(Member& judge);
    void withdraw_judgement(Member& judge);
    void swap_rules();
    void pass_time(Duration time);

    [[nodiscard]] Member* choose(Part part);
    [[nodiscard]] std::size_t present(Part part) const;
    [[nodiscard]] std::uint64_t die(std::uint64_t sides) { return dice_.below(sides); }
    [[nodiscard]] RequestId next_request(Member& member) {
        return RequestId{++member.last_request};
    }
    [[nodiscard]] static Payload stamp(const Member& member, RequestId request);
    void note_providers();
    void count(const std::string& what) { ++counts_[what]; }
    void tell(const std::string& line) const {
        if (trace_) trace_(line);
    }

    SeededRandom dice_;
    SeededRandom random_;
    std::function<void(const std::string&)> trace_;
    RealmLimits limits_;
    std::uint32_t version_ = 0;
    RealmAccessPtr access_;
    std::unique_ptr<Realm> realm_;
    JudgedOracle oracle_;
    Effects effects_;
    TimePoint now_{};
    std::vector<std::unique_ptr<Member>> members_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Actor> actors_;
    std::deque<std::pair<Actor, Message>> reactions_;
    std::map<std::string, std::uint64_t> counts_;
};

}  // namespace kreisel::sim
