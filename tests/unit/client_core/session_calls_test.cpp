// Calls, publications, subscriptions, invocations of one connection.
#include "tests/unit/client_core/scripted_router.hpp"

namespace kreisel::client {

using namespace std::chrono_literals;

namespace {

struct Joined : ScriptedRouter {
    Joined() { join(); }

    std::shared_ptr<RecordedProcedure> provide() {
        const auto procedure = std::make_shared<RecordedProcedure>();
        core.enroll({"com.add", {}}, procedure, nullptr, effects);
        say(Registered{take<Register>().request, RegistrationId{9}});
        return procedure;
    }
    std::shared_ptr<RecordedCall> call(CallOptions options = {}) {
        auto waiter = std::make_shared<RecordedCall>();
        last = core.call({"com.add", std::move(options)}, args({2, 3}), SessionCore::Parts::one,
                         waiter, effects);
        return waiter;
    }

    OperationId last;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_session_calls)

BOOST_FIXTURE_TEST_CASE(a_call_gets_its_result, Joined) {
    const auto sum = call({.timeout = 5s, .disclose_me = true, .rkey = "a"});

    const auto sent_call = take<Call>();
    BOOST_TEST(sent_call.procedure == "com.add");
    BOOST_TEST(sent_call.options.find_uint("timeout").value() == 5000U);
    BOOST_TEST(sent_call.options.is_true("disclose_me"));
    BOOST_TEST(sent_call.options.find_text("rkey").value() == "a");
    say(ResultMessage{sent_call.request, {}, args({5})});

    BOOST_TEST((sum->result() == List{5}));
    BOOST_TEST(core.operation_count() == 0U);
}

BOOST_FIXTURE_TEST_CASE(an_error_comes_with_all_it_says, Joined) {
    const auto sum = call();
    const RequestId request = take<Call>().request;

    say(ErrorMessage{MessageType::call,
                     request,
                     {},
                     "com.error.odd",
                     make_payload({"three is odd"}, {{"number", 3}})});

    BOOST_TEST(
        (sum->told.error() == client::Error("com.error.odd", {"three is odd"}, {{"number", 3}})));
}

BOOST_FIXTURE_TEST_CASE(parts_come_before_the_result, Joined) {
    const auto sum = call();
    const RequestId request = take<Call>().request;

    say(ResultMessage{request, {{"progress", true}}, args({1})});
    say(ResultMessage{request, {{"progress", true}}, args({2})});
    BOOST_TEST(!sum->is_told());
    say(ResultMessage{request, {}, args({3})});

    BOOST_TEST((sum->parts == std::vector<List>{{1}, {2}}));
    BOOST_TEST((sum->result() == List{3}));
}

BOOST_FIXTURE_TEST_CASE(a_canceled_call_ends_at_once_and_its_answer_is_thrown_away, Joined) {
    const auto sum = call();
    const RequestId request = take<Call>().request;

    core.cancel(last, CancelMode::killnowait, effects);
    effects.run_notices();
    core.cancel(last, CancelMode::killnowait, effects);

    BOOST_TEST(take<Cancel>().options.find_text("mode").value() == "killnowait");
    BOOST_TEST(sent.empty());
    BOOST_TEST(sum->error() == uris::canceled);
    say(ResultMessage{request, {{"progress", true}}, args({1})});
    say(ErrorMessage{MessageType::call, request, {}, Uri(uris::canceled), {}});
    BOOST_TEST(core.operation_count() == 0U);
    BOOST_TEST(!core.take_end().has_value());
}

BOOST_FIXTURE_TEST_CASE(a_killed_call_waits_for_what_the_callee_says, Joined) {
    const auto sum = call();
    const RequestId request = take<Call>().request;

    core.cancel(last, CancelMode::kill, effects);
    effects.run_notices();
    BOOST_TEST(!sum->is_told());
    take<Cancel>();
    say(ResultMessage{request, {}, args({5})});

    BOOST_TEST((sum->result() == List{5}));
}

BOOST_FIXTURE_TEST_CASE(a_timeout_that_the_router_does_not_keep_is_kept_here, Joined) {
    const auto sum = call({.timeout = 2s});
    const RequestId request = take<Call>().request;

    pass(2500ms);
    BOOST_TEST(!sum->is_told());
    BOOST_TEST((core.next_deadline() == now + 500ms));
    pass(500ms);

    BOOST_TEST(sum->error() == uris::timeout);
    take<Cancel>();
    say(ResultMessage{request, {}, args({5})});
    BOOST_TEST(core.operation_count() == 0U);
    BOOST_TEST(!core.next_deadline().has_value());
}

BOOST_FIXTURE_TEST_CASE(a_publication_is_acknowledged_if_that_was_asked, Joined) {
    const auto plain = std::make_shared<Recorded<PublicationId>>();
    const auto asked = std::make_shared<Recorded<PublicationId>>();

    core.publish({"com.tick", {}}, args({1}), plain, effects);
    core.publish({"com.tick", {.acknowledge = true, .exclude_me = false}}, args({2}), asked,
                 effects);
    effects.run_notices();

    BOOST_TEST(plain->told.value().value == 0U);
    BOOST_TEST(!asked->is_told());
    BOOST_TEST(take<Publish>().request.value == 1U);
    const auto second = take<Publish>();
    BOOST_TEST(second.options.has("exclude_me"));
    say(Published{second.request, PublicationId{99}});
    BOOST_TEST(asked->told.value().value == 99U);
}

BOOST_FIXTURE_TEST_CASE(what_is_too_long_fails_and_its_request_id_is_used_again, Joined) {
    message_bytes_max = 100;
    const auto long_one = std::make_shared<Recorded<PublicationId>>();
    const auto long_call = std::make_shared<RecordedCall>();

    core.publish({"com.tick", {}}, args({std::string(200, 'x')}), long_one, effects);
    core.call({"com.add", {}}, args({std::string(200, 'x')}), SessionCore::Parts::one, long_call,
              effects);
    const auto fine = call();
    effects.run_notices();

    BOOST_TEST(long_one->error() == uris::payload_size_exceeded);
    BOOST_TEST(long_call->error() == uris::payload_size_exceeded);
    BOOST_TEST(take<Call>().request.value == 1U);
    BOOST_TEST(!fine->is_told());
}

BOOST_FIXTURE_TEST_CASE(while_too_much_waits_nothing_new_is_taken, Joined) {
    is_output_full = true;

    const auto sum = call();
    effects.run_notices();

    BOOST_TEST(sum->error() == uris::too_many);
    BOOST_TEST(sent.empty());
}

BOOST_FIXTURE_TEST_CASE(two_subscriptions_of_a_topic_share_what_the_router_gave, Joined) {
    const auto first = std::make_shared<RecordedEvents>();
    const auto second = std::make_shared<RecordedEvents>();
    const auto one = core.subscribe({"com.tick", {}}, first, nullptr, effects);
    const auto two = core.subscribe({"com.tick", {}}, second, nullptr, effects);
    say(Subscribed{take<Subscribe>().request, SubscriptionId{7}});

    // Must not end what the second request is about to get.
    core.unsubscribe(one.standing, nullptr, effects);
    const RequestId second_request = take<Subscribe>().request;
    BOOST_TEST(sent.empty());
    say(Subscribed{second_request, SubscriptionId{7}});
    say(Event{SubscriptionId{7}, PublicationId{1}, {}, args({1})});
    BOOST_TEST(first->events.empty());
    BOOST_TEST(second->events.size() == 1U);

    const auto done = std::make_shared<Recorded<void>>();
    core.unsubscribe(two.standing, done, effects);
    const auto last_one = take<Unsubscribe>();
    BOOST_TEST(last_one.subscription.value == 7U);
    say(Unsubscribed{last_one.request, {}});
    BOOST_TEST(done->told.has_value());
}

BOOST_FIXTURE_TEST_CASE(a_subscription_given_up_before_it_was_granted_is_given_back, Joined) {
    const auto waiter = std::make_shared<Recorded<SubscriptionId>>();
    const auto begun =
        core.subscribe({"com.tick", {}}, std::make_shared<RecordedEvents>(), waiter, effects);
    const RequestId request = take<Subscribe>().request;

    core.cancel(begun.operation, CancelMode::skip, effects);
    effects.run_notices();
    BOOST_TEST(waiter->error() == uris::canceled);
    say(Subscribed{request, SubscriptionId{7}});

    BOOST_TEST(take<Unsubscribe>().subscription.value == 7U);
}

BOOST_FIXTURE_TEST_CASE(a_revoked_subscription_is_told_gone, Joined) {
    const auto events = std::make_shared<RecordedEvents>();
    core.subscribe({"com.tick", {}}, events, nullptr, effects);
    say(Subscribed{take<Subscribe>().request, SubscriptionId{7}});

    say(Unsubscribed{{}, {{"subscription", 7}, {"reason", "com.revoked"}}});

    BOOST_TEST(events->gone.at(0) == "com.revoked");
    say(Event{SubscriptionId{7}, PublicationId{1}, {}, {}});
    BOOST_TEST(events->events.empty());
}

BOOST_FIXTURE_TEST_CASE(an_invocation_is_answered_once, Joined) {
    const auto procedure = provide();
    say(Invocation{RequestId{1}, RegistrationId{9}, {}, args({2, 3})});
    const auto invocation = procedure->invocations.at(0);
    BOOST_TEST((invocation->inputs.at(0) == List{2, 3}));

    core.yield(invocation->key, {args({4}), {}, false}, effects);
    core.yield(invocation->key, {args({5}), {}, true}, effects);
    core.yield(invocation->key, {args({6}), {}, true}, effects);
    core.fail(invocation->key, "com.error", {}, effects);

    BOOST_TEST(take<Yield>().options.is_true("progress"));
    BOOST_TEST(!take<Yield>().options.has("progress"));
    BOOST_TEST(sent.empty());
    BOOST_TEST(!core.is_under_way(invocation->key));
}

BOOST_FIXTURE_TEST_CASE(an_answer_of_an_older_connection_is_thrown_away, Joined) {
    const auto procedure = provide();
    say(Invocation{RequestId{1}, RegistrationId{9}, {}, {}});
    const InvocationKey old = procedure->invocations.at(0)->key;
    lose();
    join();
    say(Registered{take<Register>().request, RegistrationId{9}});
    say(Invocation{RequestId{1}, RegistrationId{9}, {}, {}});

    core.yield(old, {args({5}), {}, true}, effects);

    BOOST_TEST(sent.empty());
    BOOST_TEST(core.is_under_way(procedure->invocations.at(1)->key));
}

BOOST_FIXTURE_TEST_CASE(an_interrupt_is_told_once_and_the_answer_still_goes_out, Joined) {
    const auto procedure = provide();
    say(Invocation{RequestId{1}, RegistrationId{9}, {}, {}});
    const auto invocation = procedure->invocations.at(0);

    say(Interrupt{RequestId{1}, {{"mode", "kill"}}});
    say(Interrupt{RequestId{1}, {{"mode", "kill"}}});

    BOOST_TEST((invocation->interrupts == std::vector{CancelMode::kill}));
    core.fail(invocation->key, uris::canceled, {}, effects);
    BOOST_TEST(take<ErrorMessage>().error == uris::canceled);
}

BOOST_FIXTURE_TEST_CASE(a_callee_that_keeps_the_time_answers_when_it_is_up, Joined) {
    const auto procedure = provide();
    say(Invocation{RequestId{1}, RegistrationId{9}, {{"timeout", 1000}}, {}});

    pass(1s);

    BOOST_TEST(take<ErrorMessage>().error == uris::timeout);
    BOOST_TEST(procedure->invocations.at(0)->interrupts.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_result_that_is_too_long_becomes_an_error, Joined) {
    const auto procedure = provide();
    say(Invocation{RequestId{1}, RegistrationId{9}, {}, {}});
    message_bytes_max = 100;

    core.yield(procedure->invocations.at(0)->key, {args({std::string(200, 'x')}), {}, true},
               effects);

    BOOST_TEST(take<ErrorMessage>().error == uris::payload_size_exceeded);
}

BOOST_FIXTURE_TEST_CASE(a_call_in_parts_repeats_its_request, Joined) {
    const auto waiter = std::make_shared<RecordedCall>();
    const OperationId id =
        core.call({"com.sum", {}}, args({1}), SessionCore::Parts::several, waiter, effects);

    BOOST_TEST(core.call_more(id, args({2}), false, effects));
    BOOST_TEST(core.call_more(id, args({3}), true, effects));
    BOOST_TEST(!core.call_more(id, args({4}), true, effects));

    for (const bool is_open : {true, true, false}) {
        const auto part = take<Call>();
        BOOST_TEST(part.request.value == 1U);
        BOOST_TEST(part.procedure == "com.sum");
        BOOST_TEST(part.options.is_true("progress") == is_open);
    }
}

BOOST_FIXTURE_TEST_CASE(an_invocation_in_parts_reaches_one_procedure, Joined) {
    const auto procedure = provide();
    for (int part = 1; part <= 2; ++part) {
        say(Invocation{RequestId{1}, RegistrationId{9}, {{"progress", true}}, args({part})});
    }
    const auto invocation = procedure->invocations.at(0);
    BOOST_TEST((invocation->inputs == std::vector<List>{{1}, {2}}));
    BOOST_TEST(!invocation->is_over);

    // Answered early: parts that were on their way are no new call.
    core.yield(invocation->key, {args({0}), {}, true}, effects);
    say(Invocation{RequestId{1}, RegistrationId{9}, {{"progress", true}}, args({3})});
    say(Invocation{RequestId{1}, RegistrationId{9}, {}, args({4})});

    BOOST_TEST(procedure->invocations.size() == 1U);
    BOOST_TEST(!core.take_end().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client
