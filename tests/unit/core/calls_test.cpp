// CALL to its one final answer: YIELD, ERROR, CANCEL, and peers that lie or leave meanwhile.
#include "core_fixture.hpp"

using namespace kreisel;
using namespace kreisel::test;

namespace {

struct Calling : Core {
    explicit Calling(RealmLimits limits = {}) : Core(open_permissions(), limits) {
        callee = join("callee");
        caller = join("caller");
        caller_id = last_id();
        mallory = join("mallory");
        registration = register_(callee, "com.p");
    }
    RequestId invoke() {
        request = call(caller, "com.p");
        return expect<Invocation>(callee).request;
    }
    void yield(PeerRef peer, RequestId invocation, Dict options = {}) {
        handle(peer, Yield{invocation, std::move(options), {}});
    }
    void expect_violation(PeerRef peer) {
        const Delivery delivery = take(peer);
        BOOST_TEST(delivery.is_close);
        BOOST_TEST((delivery.close_kind == CloseKind::abort));
        const auto* abort = std::get_if<Abort>(&delivery.parcel->message());
        BOOST_REQUIRE(abort != nullptr);
        BOOST_TEST(abort->reason == uris::protocol_violation);
    }
    PeerRef callee, caller, mallory;
    SessionId caller_id;
    RegistrationId registration;
    RequestId request;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(calls, Calling)

BOOST_AUTO_TEST_CASE(call_becomes_invocation_and_yield_becomes_result) {
    const Payload question{Encoding::json, 1, false, SharedBytes::copy_of("[1]")};
    const Payload reply{Encoding::json, 1, false, SharedBytes::copy_of("[2]")};

    handle(caller, Call{RequestId{77}, {}, "com.p", question});
    const auto invocation = expect<Invocation>(callee);
    BOOST_TEST((invocation.request == RequestId{1}));
    BOOST_TEST((invocation.registration == registration));
    BOOST_TEST(invocation.details.empty());
    BOOST_TEST(invocation.payload.bytes.text() == "[1]");
    handle(callee, Yield{invocation.request, {}, reply});

    const auto result = expect<ResultMessage>(caller);
    BOOST_TEST((result.request == RequestId{77}));
    BOOST_TEST(result.payload.bytes.text() == "[2]");
    BOOST_TEST(realm.counts().pending_calls == 0U);
}

BOOST_AUTO_TEST_CASE(error_of_the_callee_reaches_the_caller_unchanged) {
    const Payload reason{Encoding::json, 1, false, SharedBytes::copy_of("[\"no\"]")};
    const RequestId invocation = invoke();

    handle(callee, ErrorMessage{MessageType::invocation,
                                invocation,
                                {{"x_hint", 5}, {"enc_algo", "x_custom"}},
                                "com.failed",
                                reason});

    const auto error = expect_error(caller, MessageType::call, "com.failed");
    BOOST_TEST((error.request == request));
    BOOST_TEST(number_of(error.details, "x_hint") == 5U);
    BOOST_TEST(!error.details.has("enc_algo"));
    BOOST_TEST(error.payload.bytes.text() == "[\"no\"]");
}

BOOST_AUTO_TEST_CASE(call_without_registration_is_answered_no_such_procedure) {
    const RequestId id = call(caller, "com.nobody");

    const auto error = expect_error(caller, MessageType::call, uris::no_such_procedure);

    BOOST_TEST((error.request == id));
}

BOOST_AUTO_TEST_CASE(invocation_ids_run_from_one_for_each_callee) {
    register_(mallory, "com.other");
    for (std::uint64_t i = 1; i <= 3; ++i) BOOST_TEST((invoke() == RequestId{i}));

    call(caller, "com.other");

    BOOST_TEST((expect<Invocation>(mallory).request == RequestId{1}));
}

BOOST_AUTO_TEST_CASE(session_may_call_its_own_procedure) {
    const RequestId id = call(callee, "com.p");
    yield(callee, expect<Invocation>(callee).request);

    BOOST_TEST((expect<ResultMessage>(callee).request == id));
}

BOOST_AUTO_TEST_CASE(answers_may_come_in_any_order) {
    const RequestId first = invoke();
    const RequestId first_call = request;
    const RequestId second = invoke();
    const RequestId second_call = request;

    yield(callee, second);
    yield(callee, first);

    BOOST_TEST((expect<ResultMessage>(caller).request == second_call));
    BOOST_TEST((expect<ResultMessage>(caller).request == first_call));
}

BOOST_AUTO_TEST_CASE(second_answer_of_any_kind_is_dropped) {
    const RequestId invocation = invoke();
    yield(callee, invocation);
    expect<ResultMessage>(caller);

    yield(callee, invocation);
    handle(callee, ErrorMessage{MessageType::invocation, invocation, {}, "com.late", {}});

    BOOST_TEST(is_silent(caller));
    BOOST_TEST(is_silent(callee));
}

BOOST_AUTO_TEST_CASE(answer_from_a_session_that_was_never_invoked_is_a_violation) {
    const RequestId invocation = invoke();

    yield(mallory, invocation);

    expect_violation(mallory);
    BOOST_TEST(is_silent(caller));
    yield(callee, invocation);
    expect<ResultMessage>(caller);
}

BOOST_AUTO_TEST_CASE(error_from_a_session_that_was_never_invoked_is_a_violation) {
    const RequestId invocation = invoke();

    handle(mallory, ErrorMessage{MessageType::invocation, invocation, {}, "com.evil", {}});

    expect_violation(mallory);
    BOOST_TEST(is_silent(caller));
}

BOOST_AUTO_TEST_CASE(another_callees_invocation_of_the_same_number_is_not_answered) {
    register_(mallory, "com.other");
    const RequestId invocation = invoke();
    const RequestId other_call = call(callee, "com.other");
    BOOST_TEST((expect<Invocation>(mallory).request == invocation));

    yield(mallory, invocation);

    BOOST_TEST(is_silent(caller));
    BOOST_TEST((expect<ResultMessage>(callee).request == other_call));
}

BOOST_AUTO_TEST_CASE(answer_to_an_invocation_of_the_future_is_a_violation_and_frees_the_procedure) {
    const RequestId invocation = invoke();

    yield(callee, RequestId{invocation.value + 1});

    expect_violation(callee);
    expect_error(caller, MessageType::call, uris::canceled);
    BOOST_TEST(realm.counts().registrations == 0U);
    yield(callee, invocation);
    BOOST_TEST(is_silent(caller));
}

BOOST_AUTO_TEST_CASE(error_for_another_type_than_invocation_is_a_violation) {
    handle(caller, ErrorMessage{MessageType::call, RequestId{1}, {}, "com.odd", {}});

    expect_violation(caller);
}

BOOST_AUTO_TEST_CASE(request_id_of_a_pending_call_is_a_violation) {
    invoke();

    handle(caller, Call{request, {}, "com.p", {}});

    expect_violation(caller);
    BOOST_TEST(realm.counts().pending_calls == 0U);
}

BOOST_AUTO_TEST_CASE(progress_that_nobody_asked_for_is_dropped_and_the_call_goes_on) {
    const RequestId invocation = invoke();

    yield(callee, invocation, {{"progress", true}});
    BOOST_TEST(is_silent(caller));
    yield(callee, invocation);

    BOOST_TEST(!expect<ResultMessage>(caller).details.has("progress"));
}

BOOST_AUTO_TEST_CASE(pending_invocation_stays_answerable_after_unregister) {
    const RequestId invocation = invoke();
    handle(callee, Unregister{RequestId{9}, registration});
    expect<Unregistered>(callee);

    yield(callee, invocation);

    expect<ResultMessage>(caller);
}

BOOST_AUTO_TEST_CASE(callee_that_leaves_cancels_every_waiting_call) {
    invoke();
    invoke();
    call(mallory, "com.p");

    leave(callee);

    expect_error(caller, MessageType::call, uris::canceled);
    expect_error(caller, MessageType::call, uris::canceled);
    expect_error(mallory, MessageType::call, uris::canceled);
    BOOST_TEST(realm.counts().pending_invocations == 0U);
}

BOOST_AUTO_TEST_CASE(answer_for_a_caller_that_left_is_dropped) {
    const RequestId invocation = invoke();
    leave(caller);
    BOOST_TEST(is_silent(callee));  // it announced no call_canceling

    yield(callee, invocation);

    BOOST_TEST(is_silent(caller));
    BOOST_TEST(is_silent(callee));
    BOOST_TEST(realm.counts().pending_calls == 0U);
}

BOOST_AUTO_TEST_CASE(caller_is_disclosed_on_request_of_either_side) {
    register_(mallory, "com.curious", {{"disclose_caller", true}});

    call(caller, "com.p", {{"disclose_me", true}});
    call(caller, "com.curious");

    for (const PeerRef peer : {callee, mallory}) {
        const auto invocation = expect<Invocation>(peer);
        BOOST_TEST(number_of(invocation.details, "caller") == caller_id.value);
        BOOST_TEST(text_of(invocation.details, "caller_authid") == "caller");
        BOOST_TEST(text_of(invocation.details, "caller_authrole") == "user");
    }
}

BOOST_AUTO_TEST_CASE(refused_invocation_answers_the_caller_and_late_yields_are_dropped) {
    const RequestId invocation = invoke();

    realm.refuse_invocation(callee, invocation, uris::unavailable, effects);
    realm.refuse_invocation(callee, invocation, uris::unavailable, effects);
    deliver();

    expect_error(caller, MessageType::call, uris::unavailable);
    yield(callee, invocation);
    BOOST_TEST(is_silent(caller));
    BOOST_TEST(is_silent(callee));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(call_limits)

BOOST_AUTO_TEST_CASE(pending_calls_beyond_the_limit_are_refused_until_one_is_answered) {
    Calling net(RealmLimits{.pending_calls_per_session = 1});
    const RequestId invocation = net.invoke();

    net.call(net.caller, "com.p");
    net.expect_error(net.caller, MessageType::call, uris::limit_exceeded);
    BOOST_TEST(net.is_silent(net.callee));
    net.yield(net.callee, invocation);
    net.expect<ResultMessage>(net.caller);

    net.invoke();
}

BOOST_AUTO_TEST_CASE(disclose_me_of_a_caller_is_refused_where_the_rule_says_never) {
    Core core(open_permissions(Disclose::never));
    const PeerRef callee = core.join("callee");
    const PeerRef caller = core.join("caller");
    core.register_(callee, "com.p", {{"disclose_caller", true}});

    core.call(caller, "com.p", {{"disclose_me", true}});
    core.expect_error(caller, MessageType::call, uris::disclose_me_disallowed);
    BOOST_TEST(core.is_silent(callee));
    core.call(caller, "com.p");

    BOOST_TEST(core.expect<Invocation>(callee).details.empty());
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// The same with a callee that knows of canceling.
struct Canceling : Calling {
    Canceling() {
        leave(callee);
        callee = join("callee", with_feature(Role::callee, Feature::call_canceling));
        register_(callee, "com.p");
    }
    void cancel(Dict options = {}) { handle(caller, Cancel{request, std::move(options)}); }
    void expect_interrupt(RequestId invocation, std::string_view mode) {
        const auto interrupt = expect<Interrupt>(callee);
        BOOST_TEST((interrupt.request == invocation));
        BOOST_TEST(text_of(interrupt.options, "mode") == mode);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(canceling, Canceling)

BOOST_AUTO_TEST_CASE(caller_that_leaves_interrupts_the_callee) {
    const RequestId invocation = invoke();

    leave(caller);

    expect_interrupt(invocation, "killnowait");
    yield(callee, invocation);
    BOOST_TEST(is_silent(callee));
}

BOOST_AUTO_TEST_CASE(feature_of_another_role_does_not_count) {
    leave(callee);
    callee = join("callee", with_feature(Role::caller, Feature::call_canceling));
    register_(callee, "com.p");
    invoke();

    leave(caller);

    BOOST_TEST(is_silent(callee));
}

BOOST_AUTO_TEST_CASE(killnowait_is_the_default_and_answers_at_once) {
    for (const Dict& options : {Dict{}, Dict{{"mode", "killnowait"}}}) {
        const RequestId invocation = invoke();

        cancel(options);

        expect_error(caller, MessageType::call, uris::canceled);
        expect_interrupt(invocation, "killnowait");
        yield(callee, invocation);
        BOOST_TEST(is_silent(caller));
    }
}

BOOST_AUTO_TEST_CASE(skip_answers_at_once_and_tells_the_callee_nothing) {
    const RequestId invocation = invoke();

    cancel({{"mode", "skip"}});

    expect_error(caller, MessageType::call, uris::canceled);
    BOOST_TEST(is_silent(callee));
    yield(callee, invocation);
    BOOST_TEST(is_silent(caller));
}

BOOST_AUTO_TEST_CASE(kill_waits_for_the_answer_of_the_callee) {
    const RequestId invocation = invoke();

    cancel({{"mode", "kill"}});
    cancel({{"mode", "kill"}});

    BOOST_TEST(is_silent(caller));
    expect_interrupt(invocation, "kill");
    BOOST_TEST(is_silent(callee));
    yield(callee, invocation);
    expect<ResultMessage>(caller);
}

BOOST_AUTO_TEST_CASE(callee_without_the_feature_is_skipped_in_every_mode) {
    leave(callee);
    callee = join("callee");
    register_(callee, "com.p");
    for (const char* mode : {"skip", "kill", "killnowait"}) {
        invoke();

        cancel({{"mode", mode}});

        expect_error(caller, MessageType::call, uris::canceled);
        BOOST_TEST(is_silent(callee));
    }
}

BOOST_AUTO_TEST_CASE(cancel_of_an_unknown_finished_or_foreign_call_is_ignored) {
    const RequestId invocation = invoke();

    handle(mallory, Cancel{request, {}});
    handle(caller, Cancel{RequestId{4711}, {}});
    BOOST_TEST(is_silent(callee));
    yield(callee, invocation);
    expect<ResultMessage>(caller);
    cancel();
    cancel({{"mode", "nonsense"}});

    for (const PeerRef peer : {callee, caller, mallory}) BOOST_TEST(is_silent(peer));
}

BOOST_AUTO_TEST_CASE(unknown_mode_is_an_invalid_argument_and_the_call_goes_on) {
    const RequestId invocation = invoke();

    cancel({{"mode", "nonsense"}});

    expect_error(caller, MessageType::cancel, uris::invalid_argument);
    yield(callee, invocation);
    expect<ResultMessage>(caller);
}

BOOST_AUTO_TEST_SUITE_END()
