// Calls that wait for a callee, procedures that are taken over, and parts of calls that are over.
#include "core_fixture.hpp"

#include <chrono>

using namespace kreisel;
using namespace kreisel::test;
using std::chrono::milliseconds;

namespace {

const Dict first_of_one{{"invoke", "first"}, {"concurrency", std::uint64_t{1}}};
const Dict taking{{"invoke", "roundrobin"}, {"force_reregister", true}};

struct Waiting : Core {
    explicit Waiting(RealmLimits limits = {}) : Core(open_permissions(), limits) {
        callee = join("callee", with_feature(Role::callee, Feature::call_timeout));
        other = join("other", with_feature(Role::callee, Feature::registration_revocation));
        caller = join("caller", with_feature(Role::caller, Feature::progressive_call_invocations));
    }
    void pass(milliseconds time) {
        now += time;
        realm.set_time({now, {}});
        realm.on_time(now, effects);
        deliver();
    }
    PeerRef callee, other, caller;
    TimePoint now{};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(waiting_calls, Waiting)

BOOST_AUTO_TEST_CASE(a_call_that_waits_for_the_first_goes_to_its_successor_when_it_unregisters) {
    const RegistrationId registration = register_(callee, "com.p", first_of_one);
    register_(other, "com.p", first_of_one);
    call(caller, "com.p");
    call(caller, "com.p");
    BOOST_TEST(is_silent(other));

    handle(callee, Unregister{next_request(), registration});

    expect<Invocation>(other);
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_for_the_first_goes_to_its_successor_when_it_is_revoked) {
    const RegistrationId registration = register_(callee, "com.p", first_of_one);
    register_(other, "com.p", first_of_one);
    call(caller, "com.p");
    call(caller, "com.p");
    const Payload ids{Encoding::json, 2, false,
                      SharedBytes::copy_of("[" + std::to_string(registration.value) + ",101]")};

    handle(caller, Call{next_request(), {}, "wamp.registration.remove_callee", ids});

    expect<Invocation>(other);
}

BOOST_AUTO_TEST_CASE(a_call_that_waited_until_its_time_was_up_is_not_invoked) {
    register_(callee, "com.p", first_of_one);
    call(caller, "com.p", {{"timeout", std::uint64_t{100}}});
    expect<Invocation>(callee);
    call(caller, "com.p", {{"timeout", std::uint64_t{150}}});

    pass(milliseconds{200});

    expect_error(caller, MessageType::call, uris::timeout);
    expect_error(caller, MessageType::call, uris::timeout);
    BOOST_TEST(is_silent(callee));
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_is_invoked_when_another_one_times_out) {
    register_(callee, "com.p", first_of_one);
    call(caller, "com.p", {{"timeout", std::uint64_t{100}}});
    expect<Invocation>(callee);
    call(caller, "com.p");

    pass(milliseconds{200});

    expect<Invocation>(callee);
}

BOOST_AUTO_TEST_CASE(a_callee_that_keeps_the_time_may_be_late_after_progress_too) {
    ClientRoles roles = with_feature(Role::callee, Feature::call_timeout);
    roles.add(Role::callee, Feature::progressive_call_results);
    const PeerRef keeper = join("keeper", roles);
    register_(keeper, "com.p", {{"forward_timeout", true}});
    call(caller, "com.p", {{"timeout", std::uint64_t{100}}, {"receive_progress", true}});
    const RequestId invocation = expect<Invocation>(keeper).request;
    handle(keeper, Yield{invocation, {{"progress", true}}, {}});
    expect<ResultMessage>(caller);

    pass(milliseconds{1000});
    BOOST_TEST(is_silent(caller));

    pass(milliseconds{100});
    expect_error(caller, MessageType::call, uris::timeout);
}

BOOST_AUTO_TEST_CASE(a_request_to_take_over_that_is_refused_takes_nothing) {
    register_(other, "com.p", {{"invoke", "roundrobin"}});
    for (const Dict& wish :
         {Dict{{"invoke", "nearest"}}, Dict{{"concurrency", std::uint64_t{0}}}}) {
        Dict options = wish;
        options.set("force_reregister", true);

        handle(callee, Register{next_request(), options, "com.p"});

        expect_error(callee, MessageType::register_, uris::invalid_argument);
        BOOST_TEST(is_silent(other));
    }
}

BOOST_AUTO_TEST_CASE(who_may_hold_no_more_takes_nothing) {
    RealmLimits limits;
    limits.registrations_per_session = 1;
    realm.set_limits(limits);
    register_(other, "com.p", {{"invoke", "roundrobin"}});
    register_(callee, "com.q");

    handle(callee, Register{next_request(), taking, "com.p"});

    expect_error(callee, MessageType::register_, uris::limit_exceeded);
    BOOST_TEST(is_silent(other));
}

BOOST_AUTO_TEST_CASE(nothing_is_taken_where_a_session_of_another_role_keeps_the_procedure) {
    register_(other, "com.p", {{"invoke", "first"}});
    register_(join("chief", {}, "admin"), "com.p", {{"invoke", "first"}});

    handle(callee, Register{next_request(), taking, "com.p"});

    expect_error(callee, MessageType::register_, uris::procedure_already_exists);
    BOOST_TEST(is_silent(other));
}

BOOST_AUTO_TEST_CASE(what_is_shared_with_another_role_is_taken_from_the_same_role) {
    register_(other, "com.p", {{"invoke", "roundrobin"}});
    const RegistrationId shared =
        register_(join("chief", {}, "admin"), "com.p", {{"invoke", "roundrobin"}});

    BOOST_TEST((register_(callee, "com.p", taking) == shared));

    expect<Unregistered>(other);
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_goes_to_nobody_who_is_about_to_lose_the_procedure) {
    const Dict first{{"invoke", "first"}};
    register_(callee, "com.p", first_of_one);
    register_(other, "com.p", first);
    call(caller, "com.p");
    call(caller, "com.p");
    Dict options = first;
    options.set("force_reregister", true);

    register_(join("heir"), "com.p", options);

    expect<Unregistered>(other);
    BOOST_TEST(is_silent(other));
    expect_error(caller, MessageType::call, uris::canceled);
}

// The gate judges no permission of a CALL that carries on an earlier one.
BOOST_AUTO_TEST_CASE(a_part_of_a_call_that_is_over_runs_no_procedure_of_the_router) {
    const RequestId request = call(caller, "wamp.session.count");
    expect<ResultMessage>(caller);

    Call late{request, {}, "wamp.session.kill_all", {}};
    late.is_continuation = true;
    handle(caller, late);

    BOOST_TEST(is_silent(caller));
    BOOST_TEST(realm.counts().sessions == 3U);
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_callee_that_is_leaving_ends_once_when_another_is_refused) {
    RealmLimits limits;
    limits.registrations_per_session = 1;
    Core core(open_permissions(), limits);
    const PeerRef sink = core.join("sink");
    const PeerRef leaving = core.join("leaving");
    const PeerRef asking = core.join("asking");
    const PeerRef next = core.join("next");
    core.register_(sink, "com.sink");
    core.register_(next, "com.next");
    core.register_(leaving, "com.a", {{"concurrency", std::uint64_t{1}}});
    const RequestId running = core.call(asking, "com.a");
    const RequestId waiting = core.call(asking, "com.a");
    // More than the slice that is removed at once.
    for (int i = 0; i < 1'500; ++i) core.call(leaving, "com.sink");
    core.forget_all();

    core.leave(leaving);
    core.handle(next, Register{core.next_request(), {}, "com.a"});

    core.expect_error(next, MessageType::register_, uris::limit_exceeded);
    const auto error = core.expect_error(asking, MessageType::call, uris::canceled);
    BOOST_TEST(error.request.value == waiting.value);
    // It must not end again, now that its place in the table is free.
    core.handle(asking, Cancel{waiting, {}});
    core.call(asking, "com.nobody");
    core.expect_error(asking, MessageType::call, uris::no_such_procedure);
    while (core.realm.next_deadline()) core.realm.on_time(TimePoint{}, core.effects);
    core.deliver();
    const auto last = core.expect_error(asking, MessageType::call, uris::canceled);
    BOOST_TEST(last.request.value == running.value);
    BOOST_TEST(core.realm.counts().pending_calls == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
