// What happens in a JudgedWorld, by dice.

#include "common/codec/codec.hpp"
#include "common/wamp/errors.hpp"
#include "tests/sim/judged_world.hpp"

#include <algorithm>
#include <array>

namespace kreisel::sim {

namespace {

constexpr std::array<std::string_view, 9> uris_asked_for = {
    "a.x", "a.y", "b.x", "turn.x", "open.x", "shut.x", "a.x", "turn.y", "open.y"};
constexpr std::size_t askers_max = 3;
constexpr std::size_t judges_max = 2;

}  // namespace

void JudgedWorld::step() {
    const auto with = [this](Part part, void (JudgedWorld::*what)(Member&)) {
        if (Member* member = choose(part)) (this->*what)(*member);
    };
    const std::uint64_t kind = die(100);
    if (kind < 45) return with(Part::asker, &JudgedWorld::ask_something);
    if (kind < 50) return with(Part::asker, &JudgedWorld::cancel_something);
    if (kind < 51) return with(Part::asker, &JudgedWorld::ask_much);
    if (kind < 72) return with(Part::judge, &JudgedWorld::answer_something);
    if (kind < 80) return with(Part::judge, &JudgedWorld::offer_judgement);
    if (kind < 82) return with(Part::judge, &JudgedWorld::withdraw_judgement);
    if (kind < 84) return with(Part::judge, &JudgedWorld::drop);
    if (kind < 86) return with(Part::asker, &JudgedWorld::drop);
    if (kind < 88) return swap_rules();
    if (kind < 91) return pass_time(std::chrono::milliseconds{die(700)});
    const Part part = kind < 96 ? Part::judge : Part::asker;
    if (present(part) < (part == Part::judge ? judges_max : askers_max)) join(part);
}

void JudgedWorld::ask_something(Member& asker) {
    Uri uri(uris_asked_for[die(uris_asked_for.size())]);
    Dict options;
    if (die(4) == 0) {
        options.set("match", "prefix");
        uri = uri.substr(0, uri.find('.') + 1);
    }
    switch (die(6)) {
        case 0:
            return say(asker, Subscribe{next_request(asker), options, uri});
        case 1:
            if (die(20) == 0) uri = judge_procedure;
            if (uri == judge_procedure) options = {};
            return say(asker, Register{next_request(asker), options, uri});
        case 2: {
            // Of its own, or nobody's.
            if (die(2) == 0 || asker.registrations.empty()) {
                const auto id =
                    asker.subscriptions.empty() ? SubscriptionId{77} : asker.subscriptions.back();
                return say(asker, Unsubscribe{next_request(asker), id});
            }
            return say(asker, Unregister{next_request(asker), asker.registrations.back()});
        }
        case 3: {
            const RequestId request = next_request(asker);
            asker.calls.push_back(request);
            return say(
                asker,
                Call{request, {}, uri.back() == '.' ? uri + "x" : uri, stamp(asker, request)});
        }
        default: {
            const RequestId request = next_request(asker);
            Dict wanted;
            if (die(2) == 0) wanted.set("acknowledge", true);
            return say(asker, Publish{request, wanted, uri.back() == '.' ? uri + "x" : uri,
                                      stamp(asker, request)});
        }
    }
}

/// More than is let go in one step.
void JudgedWorld::ask_much(Member& asker) {
    for (int i = 0; i < 100; ++i) {
        const RequestId request = next_request(asker);
        const Dict options = i % 2 == 0 ? Dict{{"acknowledge", true}} : Dict{};
        say(asker, Publish{request, options, i == 0 ? "a.x" : "open.x", stamp(asker, request)});
    }
}

void JudgedWorld::cancel_something(Member& asker) {
    if (asker.calls.empty()) return;
    const std::size_t back = std::min<std::size_t>(asker.calls.size(), 4);
    say(asker, Cancel{asker.calls[asker.calls.size() - 1 - die(back)], {}});
}

void JudgedWorld::answer_something(Member& judge) {
    if (judge.questions.empty()) return;
    // Oldest first, mostly; what is taken out may never be answered, or only now, too late.
    const auto place = die(4) == 0 ? die(judge.questions.size()) : 0;
    const bool is_about_judging = judge.questions[place].is_about_judging;
    const RequestId question = judge.questions[place].invocation;
    judge.questions.erase(judge.questions.begin() + static_cast<std::ptrdiff_t>(place));
    using Kind = Ruling::Kind;
    const bool is_allowed = die(3) != 0 && !is_about_judging;
    const Kind kind = is_allowed ? Kind::allowed : Kind::denied;
    const auto say_so = [&](Kind meant, std::optional<Duration> lifetime, Value said) {
        oracle_.on_answer(judge.actor, question, meant, lifetime);
        say(judge, Yield{question, {}, make_payload({std::move(said)})});
    };
    switch (die(10)) {
        case 0:
            return count("a question is forgotten");
        case 1:
            oracle_.on_answer(judge.actor, question, Kind::failed, std::nullopt);
            return say(judge,
                       ErrorMessage{MessageType::invocation, question, {}, "com.error.own", {}});
        case 2:
            return say_so(Kind::failed, std::nullopt, "perhaps");
        case 3:
            count("a ruling for ever");
            return say_so(kind, Duration::max(), Dict{{"allow", is_allowed}, {"cache", true}});
        case 4:
            count("a ruling for a while");
            return say_so(kind, std::chrono::milliseconds{400},
                          Dict{{"allow", is_allowed}, {"cache", std::uint64_t{400}}});
        default:
            return say_so(kind, std::nullopt, is_allowed);
    }
}

void JudgedWorld::offer_judgement(Member& judge) {
    if (!judge.registrations.empty()) return;
    say(judge, Register{next_request(judge), Dict{{"invoke", "roundrobin"}}, Uri(judge_procedure)});
}

void JudgedWorld::withdraw_judgement(Member& judge) {
    if (judge.registrations.empty()) return;
    const RegistrationId id = judge.registrations.front();
    judge.registrations.clear();
    note_providers();
    say(judge, Unregister{next_request(judge), id});
}

void JudgedWorld::swap_rules() {
    version_ = (version_ + 1 + static_cast<std::uint32_t>(die(2))) % judged_version_count;
    tell("rules of version " + std::to_string(version_));
    access_ = make_judged_access(version_);
    for (const auto& member : members_) member->ingress->set_realm(access_);
    oracle_.on_rules(version_);
    realm_->set_permissions(access_->permissions, effects_);
    drain();
}

void JudgedWorld::pass_time(Duration time) {
    now_ += time;
    tell("time passes");
    oracle_.on_time(now_);
    realm_->set_time({now_, WallTime{}});
    realm_->on_time(now_, effects_);
    drain();
    while (realm_->next_deadline() && *realm_->next_deadline() <= now_) {
        realm_->on_time(now_, effects_);
        drain();
    }
}

void JudgedWorld::end() {
    pass_time(limits_.authorizer_timeout);
    // Each waiting request may cost its question as much.
    for (int turn = 0; turn < 2000 && realm_->next_deadline(); ++turn) {
        pass_time(limits_.authorizer_timeout);
    }
    oracle_.check_all_answered();
    for (const auto& member : members_) {
        if (member->is_here) drop(*member);
    }
    counts_["question"] += oracle_.questions();
    if (realm_->counts() != RealmCounts{}) throw Fault("tables are not empty in the end");
    if (realm_->next_deadline()) throw Fault("a deadline in an empty realm");
}

JudgedWorld::Member* JudgedWorld::choose(Part part) {
    std::vector<Member*> here;
    for (const auto& member : members_) {
        if (member->is_here && member->part == part) here.push_back(member.get());
    }
    return here.empty() ? nullptr : here[die(here.size())];
}

std::size_t JudgedWorld::present(Part part) const {
    return static_cast<std::size_t>(std::count_if(
        members_.begin(), members_.end(),
        [part](const auto& member) { return member->is_here && member->part == part; }));
}

Payload JudgedWorld::stamp(const Member& member, RequestId request) {
    return make_payload({Value(std::uint64_t{member.actor}), Value(request.value)});
}

}  // namespace kreisel::sim
