// Joining, leaving, losing the connection and coming back, against a router played by the test.
#include "tests/unit/client_core/scripted_router.hpp"

namespace kreisel::client {

BOOST_AUTO_TEST_SUITE(client_session_life)

BOOST_AUTO_TEST_CASE(hello_tells_realm_agent_roles_and_who_it_is) {
    ScriptedRouter router;

    router.open();

    const auto hello = router.take<Hello>();
    BOOST_TEST(hello.realm == "realm1");
    BOOST_TEST(hello.details.find_text("agent").value() == "test");
    BOOST_TEST(hello.details.find_text("authid").value() == "joe");
    const Dict* caller = hello.details.find_dict("roles")->find_dict("caller");
    BOOST_TEST(caller->find_dict("features")->is_true("progressive_call_results"));
}

BOOST_AUTO_TEST_CASE(a_challenge_is_answered_once) {
    ScriptedRouter router;
    router.open();
    router.take<Hello>();

    router.say(Challenge{"ticket", {}});
    BOOST_TEST(router.take<Authenticate>().signature == "secret");
    router.say(Challenge{"ticket", {}});

    router.check_violation();
}

BOOST_AUTO_TEST_CASE(a_challenge_that_cannot_be_answered_ends_for_good) {
    ScriptedRouter router;
    router.open();
    router.take<Hello>();

    router.say(Challenge{"magic", {}});

    const auto end = router.core.take_end();
    BOOST_TEST(end->why.uri() == "no.such.method");
    BOOST_TEST((end->retry == CoreEnd::Retry::no));
    BOOST_TEST(router.take<Abort>().reason == uris::authentication_failed);
}

BOOST_AUTO_TEST_CASE(a_router_that_does_not_prove_itself_is_left) {
    ScriptedRouter router;
    router.open();
    router.take<Hello>();

    router.say(Welcome{SessionId{1}, {{"is_fake", true}}});

    BOOST_TEST((router.core.state() != CoreState::joined));
    BOOST_TEST((router.core.take_end()->retry == CoreEnd::Retry::no));
    router.take<Abort>();
}

BOOST_AUTO_TEST_CASE(welcome_tells_who_the_session_is) {
    ScriptedRouter router;
    router.join();

    BOOST_TEST(router.core.identity().session.value == 42U);
    BOOST_TEST(router.core.identity().authid == "joe");
    BOOST_TEST(router.core.identity().realm == "realm1");
    BOOST_TEST(router.core.router_has("dealer", "call_canceling"));
    BOOST_TEST(!router.core.router_has("broker", "event_history"));
}

BOOST_AUTO_TEST_CASE(a_refusal_is_final_but_a_busy_router_is_not) {
    for (const auto& [reason, retry] : {std::pair(uris::no_such_realm, CoreEnd::Retry::no),
                                        std::pair(uris::authentication_denied, CoreEnd::Retry::no),
                                        std::pair(uris::unavailable, CoreEnd::Retry::yes)}) {
        ScriptedRouter router;
        router.open();

        router.say(Abort{{{"message", "go away"}}, Uri(reason), {}});

        const auto end = router.core.take_end();
        BOOST_TEST(end->why.uri() == reason);
        BOOST_TEST(end->why.what() == std::string(reason) + ": go away");
        BOOST_TEST((end->retry == retry));
    }
}

BOOST_AUTO_TEST_CASE(leaving_is_goodbye_both_ways) {
    ScriptedRouter router;
    router.join();

    BOOST_TEST(router.core.leave(uris::close_normal, router.effects));
    BOOST_TEST(router.take<Goodbye>().reason == uris::close_normal);
    BOOST_TEST(!router.core.take_end().has_value());
    router.say(Goodbye{{}, Uri(uris::goodbye_and_out)});

    const auto end = router.core.take_end();
    BOOST_TEST(end->why.uri() == uris::closed);
    BOOST_TEST((end->retry == CoreEnd::Retry::no));
    BOOST_TEST(router.sent.empty());
}

BOOST_AUTO_TEST_CASE(the_routers_goodbye_is_answered_and_tells_whether_to_come_back) {
    for (const auto& [reason, retry] :
         {std::pair(uris::close_system_shutdown, CoreEnd::Retry::yes),
          std::pair(uris::close_killed, CoreEnd::Retry::yes),
          std::pair(uris::authentication_denied, CoreEnd::Retry::no)}) {
        ScriptedRouter router;
        router.join();

        router.say(Goodbye{{}, Uri(reason)});

        BOOST_TEST(router.take<Goodbye>().reason == uris::goodbye_and_out);
        BOOST_TEST((router.core.take_end()->retry == retry));
    }
}

BOOST_AUTO_TEST_CASE(a_lost_connection_answers_everything_under_way_once) {
    ScriptedRouter router;
    router.join();
    const auto call = std::make_shared<RecordedCall>();
    const auto publish = std::make_shared<Recorded<PublicationId>>();
    const auto subscribe = std::make_shared<Recorded<SubscriptionId>>();
    const auto enroll = std::make_shared<Recorded<RegistrationId>>();
    router.core.call({"com.add", {}}, {}, SessionCore::Parts::one, call, router.effects);
    router.core.publish({"com.tick", {.acknowledge = true}}, {}, publish, router.effects);
    router.core.subscribe({"com.tick", {}}, std::make_shared<RecordedEvents>(), subscribe,
                          router.effects);
    router.core.enroll({"com.add", {}}, std::make_shared<RecordedProcedure>(), enroll,
                       router.effects);

    router.lose();

    for (const std::string& uri :
         {call->error(), publish->error(), subscribe->error(), enroll->error()}) {
        BOOST_TEST(uri == uris::not_connected);
    }
    BOOST_TEST(router.core.operation_count() == 0U);
    router.sent.clear();
    router.join();
    BOOST_TEST(router.sent.empty());
}

BOOST_AUTO_TEST_CASE(what_stood_is_asked_for_again_after_every_connection) {
    ScriptedRouter router;
    router.join();
    const auto events = std::make_shared<RecordedEvents>();
    const auto procedure = std::make_shared<RecordedProcedure>();
    router.core.subscribe({"com.", {.match = MatchPolicy::prefix}}, events, nullptr,
                          router.effects);
    router.core.enroll({"com.add", {}}, procedure, nullptr, router.effects);
    router.say(Subscribed{router.take<Subscribe>().request, SubscriptionId{7}});
    router.say(Registered{router.take<Register>().request, RegistrationId{8}});

    for (std::uint64_t round = 1; round <= 3; ++round) {
        router.lose();
        router.join();
        const auto subscribe = router.take<Subscribe>();
        const auto enroll = router.take<Register>();
        BOOST_TEST(subscribe.request.value == 1U);
        BOOST_TEST(subscribe.options.find_text("match").value() == "prefix");
        router.say(Subscribed{subscribe.request, SubscriptionId{70 + round}});
        router.say(Registered{enroll.request, RegistrationId{80 + round}});
        router.say(Event{SubscriptionId{70 + round}, PublicationId{1}, {}, args({round})});
        router.say(Invocation{RequestId{1}, RegistrationId{80 + round}, {}, {}});
        BOOST_TEST(events->events.size() == round);
        BOOST_TEST(procedure->invocations.size() == round);
    }
    BOOST_TEST(procedure->invocations[0]->interrupts.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_refused_after_a_new_connection_is_told_gone) {
    ScriptedRouter router;
    router.join();
    const auto events = std::make_shared<RecordedEvents>();
    router.core.subscribe({"com.tick", {}}, events, nullptr, router.effects);
    router.say(Subscribed{router.take<Subscribe>().request, SubscriptionId{7}});
    router.lose();
    router.join();

    const RequestId request = router.take<Subscribe>().request;
    router.say(ErrorMessage{MessageType::subscribe, request, {}, Uri(uris::not_authorized), {}});

    BOOST_TEST(events->gone.at(0) == uris::not_authorized);
    router.lose();
    router.join();
    BOOST_TEST(router.sent.empty());
}

BOOST_AUTO_TEST_CASE(a_procedure_that_our_own_ghost_holds_is_asked_for_until_it_is_free) {
    ScriptedRouter router;
    router.join();
    const auto procedure = std::make_shared<RecordedProcedure>();
    const auto standing =
        router.core.enroll({"com.add", {}}, procedure, nullptr, router.effects).standing;
    router.say(Registered{router.take<Register>().request, RegistrationId{8}});
    router.lose();
    router.join();
    const auto refuse = [&router] {
        const RequestId request = router.take<Register>().request;
        router.say(ErrorMessage{
            MessageType::register_, request, {}, Uri(uris::procedure_already_exists), {}});
    };

    for (const auto wait : {250, 500, 1000}) {
        refuse();
        router.pass(Milliseconds{wait - 1});
        BOOST_TEST(router.sent.empty());
        router.pass(Milliseconds{1});
    }
    router.say(Registered{router.take<Register>().request, RegistrationId{9}});
    router.say(Invocation{RequestId{1}, RegistrationId{9}, {}, {}});

    BOOST_TEST(procedure->invocations.size() == 1U);
    BOOST_TEST(procedure->postponed ==
                   std::vector<std::string>{std::string(uris::procedure_already_exists)},
               boost::test_tools::per_element());
    BOOST_TEST(procedure->gone.empty());
    BOOST_TEST(!router.core.next_deadline().has_value());

    router.lose();
    router.join();
    refuse();
    router.core.unregister(standing, nullptr, router.effects);
    router.pass(Milliseconds{250});
    BOOST_TEST(router.sent.empty());
}

BOOST_AUTO_TEST_CASE(a_session_that_was_given_up_takes_nothing_more) {
    CoreSettings settings;
    settings.while_offline = WhileOffline::wait;
    ScriptedRouter router(settings);
    router.core.close(Error(uris::closed), router.effects);
    const auto call = std::make_shared<RecordedCall>();
    const auto exchange = std::make_shared<RecordedCall>();

    router.core.call({"com.add", {}}, {}, SessionCore::Parts::one, call, router.effects);
    router.core.call({"com.add", {}}, {}, SessionCore::Parts::several, exchange, router.effects);
    router.effects.run_notices();

    BOOST_TEST(call->error() == uris::closed);
    BOOST_TEST(exchange->error() == uris::closed);
}

BOOST_AUTO_TEST_CASE(without_a_connection_operations_fail_or_wait_as_configured) {
    ScriptedRouter failing;
    const auto refused = std::make_shared<RecordedCall>();
    failing.core.call({"com.add", {}}, {}, SessionCore::Parts::one, refused, failing.effects);
    failing.effects.run_notices();
    BOOST_TEST(refused->error() == uris::not_connected);

    CoreSettings settings;
    settings.while_offline = WhileOffline::wait;
    settings.waiting_max = 2;
    ScriptedRouter waiting(settings);
    const auto first = std::make_shared<RecordedCall>();
    const auto second = std::make_shared<Recorded<PublicationId>>();
    const auto third = std::make_shared<RecordedCall>();
    waiting.core.call({"com.add", {}}, {}, SessionCore::Parts::one, first, waiting.effects);
    waiting.core.publish({"com.tick", {}}, {}, second, waiting.effects);
    waiting.core.call({"com.add", {}}, {}, SessionCore::Parts::one, third, waiting.effects);
    waiting.effects.run_notices();
    BOOST_TEST(third->error() == uris::too_many);
    BOOST_TEST(!second->is_told());

    waiting.join();

    BOOST_TEST(waiting.take<Call>().request.value == 1U);
    BOOST_TEST(waiting.take<Publish>().request.value == 2U);
    BOOST_TEST(second->told.has_value());
    waiting.say(ResultMessage{RequestId{1}, {}, args({5})});
    BOOST_TEST((first->result() == List{5}));
}

BOOST_AUTO_TEST_CASE(closing_answers_what_waits_and_forgets_what_stood) {
    CoreSettings settings;
    settings.while_offline = WhileOffline::wait;
    ScriptedRouter router(settings);
    const auto waiting = std::make_shared<RecordedCall>();
    router.core.call({"com.add", {}}, {}, SessionCore::Parts::one, waiting, router.effects);

    router.core.close(Error(uris::closed), router.effects);
    router.effects.run_notices();

    BOOST_TEST(waiting->error() == uris::closed);
    router.join();
    BOOST_TEST(router.sent.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client
