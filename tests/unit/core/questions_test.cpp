// Calls of the router's own: one answer each, whatever happens, and nobody sees the caller.
#include "common/codec/codec.hpp"
#include "core_fixture.hpp"

#include <chrono>

using namespace kreisel;
using namespace kreisel::test;
using std::chrono::milliseconds;

namespace {

struct Asking : Core {
    explicit Asking(RealmLimits limits = {}) : Core(open_permissions(), limits) {
        callee = join("callee", with_feature(Role::callee, Feature::call_canceling));
    }
    /// Takes the answers out of the effects.
    void collect() {
        for (const Answer& answer : effects.answers()) answers.push_back(answer);
        deliver();
    }
    void ask(std::uint64_t token, milliseconds timeout = milliseconds{5'000}) {
        realm.ask(Question{token, "com.q", make_payload({Value("what")}), timeout}, effects);
        collect();
    }
    void answer_with(PeerRef peer, Message message) {
        realm.handle(peer, std::move(message), effects);
        collect();
    }
    void pass(milliseconds time) {
        now += time;
        realm.set_time({now, {}});
        realm.on_time(now, effects);
        collect();
    }
    void expect_failure(std::uint64_t token, std::string_view uri) {
        BOOST_REQUIRE(answers.size() == 1U);
        BOOST_TEST(answers[0].token == token);
        const auto* error = std::get_if<ErrorMessage>(&answers[0].message);
        BOOST_REQUIRE(error != nullptr);
        BOOST_TEST(error->error == uri);
        BOOST_TEST(realm.counts().pending_calls == 0U);
    }
    PeerRef callee;
    TimePoint now{};
    std::vector<Answer> answers;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(questions, Asking)

BOOST_AUTO_TEST_CASE(an_answer_comes_back_under_the_name_of_its_question) {
    register_(callee, "com.q");
    ask(71);
    ask(70);
    expect<Invocation>(callee);
    const auto second = expect<Invocation>(callee);

    answer_with(callee, Yield{second.request, {}, make_payload({Value(true)})});

    BOOST_REQUIRE(answers.size() == 1U);
    BOOST_TEST(answers[0].token == 70U);
    const auto& result = std::get<ResultMessage>(answers[0].message);
    BOOST_TEST((read_payload(result.payload).args.at(0) == Value(true)));
    BOOST_TEST(realm.counts().pending_calls == 1U);
}

BOOST_AUTO_TEST_CASE(the_callee_learns_no_caller_even_if_it_wants_to) {
    register_(callee, "com.q", {{"disclose_caller", true}});

    ask(1);

    const auto invocation = expect<Invocation>(callee);
    BOOST_TEST(invocation.details.find("caller") == nullptr);
    BOOST_TEST((read_payload(invocation.payload).args.at(0) == Value("what")));
}

BOOST_AUTO_TEST_CASE(without_a_callee_the_answer_is_there_at_once) {
    ask(5);

    expect_failure(5, uris::no_such_procedure);
}

BOOST_AUTO_TEST_CASE(an_error_of_the_callee_is_the_answer) {
    register_(callee, "com.q");
    ask(5);
    const auto invocation = expect<Invocation>(callee);

    answer_with(callee,
                ErrorMessage{MessageType::invocation, invocation.request, {}, "com.no", {}});

    expect_failure(5, "com.no");
}

BOOST_AUTO_TEST_CASE(a_question_is_over_when_its_time_is) {
    register_(callee, "com.q");
    pass(milliseconds{1});
    ask(5, milliseconds{100});
    expect<Invocation>(callee);

    pass(milliseconds{99});
    BOOST_TEST(answers.empty());
    pass(milliseconds{1});

    expect_failure(5, uris::timeout);
    expect<Interrupt>(callee);
}

BOOST_AUTO_TEST_CASE(a_callee_that_keeps_the_time_itself_gets_no_more_of_it) {
    const auto keeper = join("keeper", with_feature(Role::callee, Feature::call_timeout));
    register_(keeper, "com.q", {{"forward_timeout", true}});
    pass(milliseconds{1});
    ask(5, milliseconds{100});
    BOOST_TEST(expect<Invocation>(keeper).details.has("timeout"));

    pass(milliseconds{100});

    expect_failure(5, uris::timeout);
}

BOOST_AUTO_TEST_CASE(a_callee_that_leaves_leaves_an_answer_behind) {
    register_(callee, "com.q");
    ask(5);

    realm.leave(callee, effects);
    collect();

    expect_failure(5, uris::canceled);
}

BOOST_AUTO_TEST_CASE(a_callee_that_is_unavailable_passes_the_question_on) {
    const auto other = join("other", with_feature(Role::callee, Feature::call_reroute));
    const auto third = join("third", with_feature(Role::callee, Feature::call_reroute));
    register_(other, "com.q", {{"invoke", "first"}});
    register_(third, "com.q", {{"invoke", "first"}});
    ask(5);
    const auto invocation = expect<Invocation>(other);

    answer_with(
        other,
        ErrorMessage{MessageType::invocation, invocation.request, {}, Uri(uris::unavailable), {}});

    BOOST_TEST(answers.empty());
    const auto again = expect<Invocation>(third);
    answer_with(third, Yield{again.request, {}, {}});
    BOOST_TEST(answers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_realm_that_is_closed_answers_what_is_open_and_what_comes_after) {
    register_(callee, "com.q");
    ask(5);

    realm.close_all(uris::close_realm, effects);
    collect();
    expect_failure(5, uris::canceled);
    answers.clear();
    ask(6);

    expect_failure(6, uris::no_such_procedure);
}

BOOST_AUTO_TEST_CASE(the_router_counts_as_nobody) {
    ask(5);

    BOOST_TEST(realm.counts().sessions == 1U);
    const auto caller = join("caller");
    call(caller, "wamp.session.list");
    const auto ids = read_payload(expect<ResultMessage>(caller).payload).args.at(0);
    BOOST_TEST(ids.get_if<List>()->size() == 2U);
    realm.set_permissions(make_permissions({{"other", {}}}), effects);
    collect();
    BOOST_TEST(realm.counts().sessions == 0U);
    answers.clear();
    ask(6);
    expect_failure(6, uris::no_such_procedure);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(question_limits)

BOOST_AUTO_TEST_CASE(the_limit_of_pending_calls_is_for_sessions) {
    RealmLimits limits;
    limits.pending_calls_per_session = 1;
    Asking core(limits);
    core.register_(core.callee, "com.q");

    core.ask(1);
    core.ask(2);

    BOOST_TEST(core.answers.empty());
    BOOST_TEST(core.realm.counts().pending_calls == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
