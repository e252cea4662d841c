// A router that says what no router may say: one clear error, nothing left behind.
#include "tests/unit/client_core/scripted_router.hpp"

namespace kreisel::client {

namespace {

/// Everything a router can say, right or wrong, with ids that nobody asked for.
std::vector<Message> all_messages() {
    const RequestId request{77};
    return {Hello{},
            ScriptedRouter::welcome(),
            Challenge{"ticket", {}},
            Authenticate{},
            ErrorMessage{MessageType::call, request, {}, "a.b", {}},
            ErrorMessage{MessageType::subscribe, request, {}, "a.b", {}},
            Publish{request, {}, "a.b", {}},
            Published{request, PublicationId{1}},
            Subscribe{request, {}, "a.b"},
            Subscribed{request, SubscriptionId{1}},
            Unsubscribe{request, SubscriptionId{1}},
            Unsubscribed{request, {}},
            Call{request, {}, "a.b", {}},
            Cancel{request, {}},
            ResultMessage{request, {}, {}},
            ResultMessage{request, {{"progress", true}}, {}},
            Register{request, {}, "a.b"},
            Registered{request, RegistrationId{1}},
            Unregister{request, RegistrationId{1}},
            Unregistered{request, {}},
            Yield{request, {}, {}},
            EventReceived{PublicationId{1}}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_hostile_router)

BOOST_AUTO_TEST_CASE(what_nobody_asked_for_ends_the_connection) {
    for (const Message& message : all_messages()) {
        BOOST_TEST_CONTEXT(kreisel::to_text(kreisel::type_of(message))) {
            ScriptedRouter router;
            router.join();
            const auto call = std::make_shared<RecordedCall>();
            router.core.call({"com.add", {}}, {}, SessionCore::Parts::one, call, router.effects);
            router.take<Call>();

            router.say(message);

            router.check_violation();
            BOOST_TEST(call->error() == uris::not_connected);
        }
    }
}

BOOST_AUTO_TEST_CASE(before_welcome_only_the_log_in_is_heard) {
    auto messages = all_messages();
    messages.push_back(Event{SubscriptionId{1}, PublicationId{1}, {}, {}});
    messages.push_back(Invocation{RequestId{1}, RegistrationId{1}, {}, {}});
    messages.push_back(Interrupt{RequestId{1}, {}});
    for (const Message& message : messages) {
        if (std::holds_alternative<Welcome>(message)) continue;
        if (std::holds_alternative<Challenge>(message)) continue;
        BOOST_TEST_CONTEXT(kreisel::to_text(kreisel::type_of(message))) {
            ScriptedRouter router;
            router.open();
            router.take<Hello>();

            router.say(message);

            router.check_violation();
        }
    }
}

BOOST_AUTO_TEST_CASE(an_answer_of_the_wrong_kind_is_none) {
    ScriptedRouter router;
    router.join();
    const auto call = std::make_shared<RecordedCall>();
    router.core.call({"com.add", {}}, {}, SessionCore::Parts::one, call, router.effects);
    const RequestId request = router.take<Call>().request;

    router.say(Subscribed{request, SubscriptionId{1}});

    router.check_violation();
    BOOST_TEST(call->error() == uris::not_connected);
}

BOOST_AUTO_TEST_CASE(a_second_answer_is_a_violation) {
    ScriptedRouter router;
    router.join();
    const auto call = std::make_shared<RecordedCall>();
    router.core.call({"com.add", {}}, {}, SessionCore::Parts::one, call, router.effects);
    const RequestId request = router.take<Call>().request;

    router.say(ResultMessage{request, {}, args({5})});
    router.say(ResultMessage{request, {}, args({6})});

    router.check_violation();
    BOOST_TEST((call->result() == List{5}));
}

BOOST_AUTO_TEST_CASE(nothing_is_heard_after_the_end) {
    ScriptedRouter router;
    router.join();
    const auto events = std::make_shared<RecordedEvents>();
    router.core.subscribe({"com.tick", {}}, events, nullptr, router.effects);
    router.say(Subscribed{router.take<Subscribe>().request, SubscriptionId{7}});

    router.say(Goodbye{{}, Uri(uris::close_system_shutdown)});
    router.say(Event{SubscriptionId{7}, PublicationId{1}, {}, {}});
    router.say(Hello{});

    BOOST_TEST(events->events.empty());
    BOOST_TEST(router.sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_event_or_invocation_for_nobody_disturbs_nothing) {
    ScriptedRouter router;
    router.join();

    router.say(Event{SubscriptionId{7}, PublicationId{1}, {}, {}});
    router.say(Invocation{RequestId{1}, RegistrationId{9}, {}, {}});
    router.say(Interrupt{RequestId{5}, {}});
    router.say(Unsubscribed{{}, {{"subscription", 5}}});
    router.say(Unregistered{{}, {}});

    BOOST_TEST(router.take<ErrorMessage>().error == uris::no_such_registration);
    BOOST_TEST(!router.core.take_end().has_value());
}

BOOST_AUTO_TEST_CASE(more_invocations_than_the_limit_are_refused) {
    CoreSettings settings;
    settings.invocations_max = 2;
    ScriptedRouter router(settings);
    router.join();
    const auto procedure = std::make_shared<RecordedProcedure>();
    router.core.enroll({"com.add", {}}, procedure, nullptr, router.effects);
    router.say(Registered{router.take<Register>().request, RegistrationId{9}});

    for (std::uint64_t request = 1; request <= 3; ++request) {
        router.say(Invocation{RequestId{request}, RegistrationId{9}, {}, {}});
    }

    BOOST_TEST(procedure->invocations.size() == 2U);
    BOOST_TEST(router.take<ErrorMessage>().error == uris::unavailable);
}

BOOST_AUTO_TEST_CASE(an_invocation_that_comes_again_is_a_violation) {
    ScriptedRouter router;
    router.join();
    router.core.enroll({"com.add", {}}, std::make_shared<RecordedProcedure>(), nullptr,
                       router.effects);
    router.say(Registered{router.take<Register>().request, RegistrationId{9}});

    router.say(Invocation{RequestId{1}, RegistrationId{9}, {}, {}});
    router.say(Invocation{RequestId{1}, RegistrationId{9}, {}, {}});

    router.check_violation();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client
