// Sessions against a real router: what users write, with futures and callbacks.
#include "tests/unit/client/testing.hpp"

#include <array>
#include <atomic>
#include <mutex>
#include <vector>

namespace kreisel::client {

namespace {

struct Fixture {
    TestRouter router;
    Loop loop;
    Session session = join(loop, router.url());
};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_session)

BOOST_FIXTURE_TEST_CASE(a_procedure_is_called, Fixture) {
    get(session.provide(
        "com.example.add", [](int a, int b) { return a + b; }, use_future));

    BOOST_TEST(get(session.call<int>("com.example.add", 2, 3, use_future)) == 5);
    BOOST_TEST(session.identity().realm == "realm1");
    BOOST_TEST(session.identity().session.value != 0U);
}

BOOST_AUTO_TEST_CASE(every_wire_and_encoding_carries_calls_and_events) {
    TestRouter router;
    Loop loop;
    for (const std::string& scheme : {std::string("ws"), std::string("rs")}) {
        for (const Encoding encoding : {Encoding::json, Encoding::msgpack, Encoding::cbor}) {
            BOOST_TEST_CONTEXT(scheme << " " << to_text(encoding)) {
                Settings settings;
                settings.encodings = {encoding};
                const Session session = join(loop, router.url(scheme), settings);
                std::promise<std::vector<std::string>> heard;
                get(session.subscribe(
                    "com.example.tick",
                    [&heard](std::vector<std::string> names) { heard.set_value(names); },
                    use_future));
                get(session.provide(
                    "com.example.join",
                    [](const std::string& a, const std::optional<std::string>& b) {
                        return a + b.value_or("-");
                    },
                    use_future));

                BOOST_TEST(get(session.call<std::string>("com.example.join", "x", use_future)) ==
                           "x-");
                get(session.publish(
                    {"com.example.tick", with::acknowledge(), with::exclude_me(false)},
                    std::vector<std::string>{"a", "b"}, use_future));

                BOOST_TEST(get(heard.get_future()) == (std::vector<std::string>{"a", "b"}),
                           boost::test_tools::per_element());
                get(session.leave(use_future));
            }
        }
    }
}

BOOST_FIXTURE_TEST_CASE(an_error_of_a_procedure_reaches_its_caller_as_it_is, Fixture) {
    get(session.provide(
        "com.example.odd",
        [](int) -> int {
            throw Error("com.example.error.odd", {"three"}, {{"number", 3}});
        },
        use_future));

    const Error error = error_of(session.call<int>("com.example.odd", 3, use_future));

    BOOST_TEST(error.uri() == "com.example.error.odd");
    BOOST_TEST((error.args() == List{"three"}));
    BOOST_TEST((error.kwargs() == Dict{{"number", 3}}));
}

BOOST_AUTO_TEST_CASE(what_else_a_procedure_throws_stays_at_home) {
    TestRouter router;
    Loop loop;
    std::mutex mutex;
    std::vector<std::string> problems;
    Settings settings;
    settings.on_problem = [&](const std::string& what) {
        const std::lock_guard guard(mutex);
        problems.push_back(what);
    };
    const Session session = join(loop, router.url(), settings);
    get(session.provide(
        "com.example.leak", []() -> int { throw std::runtime_error("password is 123"); },
        use_future));

    const Error error = error_of(session.call<int>("com.example.leak", use_future));

    BOOST_TEST(error.uri() == uris::runtime_error);
    BOOST_TEST(std::string(error.what()).find("123") == std::string::npos);
    const std::lock_guard guard(mutex);
    BOOST_TEST(problems.at(0) == "com.example.leak failed: password is 123");
}

BOOST_FIXTURE_TEST_CASE(arguments_that_do_not_fit_are_the_callers_error, Fixture) {
    get(session.provide(
        "com.example.add", [](int a, int b) { return a + b; }, use_future));

    const Error error = error_of(session.call<int>("com.example.add", 2, "three", use_future));

    BOOST_TEST(error.uri() == uris::invalid_argument);
    BOOST_TEST(std::string(error.what()).find("argument 2") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_result_that_does_not_fit_is_named, Fixture) {
    get(session.provide(
        "com.example.name", [] { return std::string("joe"); }, use_future));

    BOOST_TEST(error_of(session.call<int>("com.example.name", use_future)).uri() ==
               uris::wrong_type);
}

BOOST_FIXTURE_TEST_CASE(a_callback_gets_a_result, Fixture) {
    std::promise<Result<int>> told;

    session.call<int>("com.example.nothing",
                      [&told](Result<int> outcome) { told.set_value(std::move(outcome)); });

    BOOST_TEST(get(told.get_future()).error().uri() == uris::no_such_procedure);
}

BOOST_FIXTURE_TEST_CASE(as_result_keeps_a_future_from_throwing, Fixture) {
    const auto outcome = get(session.call("com.example.nothing", as_result(use_future)));

    BOOST_TEST(!outcome.has_value());
    BOOST_TEST(outcome.error().uri() == uris::no_such_procedure);
}

BOOST_FIXTURE_TEST_CASE(a_responder_answers_later_from_any_thread, Fixture) {
    std::vector<std::thread> workers;
    get(session.provide(
        "com.example.later",
        [&workers](int number, Responder<int> responder) {
            workers.emplace_back([number, responder] { responder.answer(number * 2); });
        },
        use_future));

    BOOST_TEST(get(session.call<int>("com.example.later", 21, use_future)) == 42);
    for (std::thread& worker : workers) worker.join();
}

BOOST_FIXTURE_TEST_CASE(a_responder_that_is_dropped_answers_with_an_error, Fixture) {
    get(session.provide(
        "com.example.never", [](Responder<int>) {}, use_future));

    BOOST_TEST(error_of(session.call<int>("com.example.never", use_future)).uri() ==
               uris::runtime_error);
}

BOOST_FIXTURE_TEST_CASE(details_tell_who_calls_and_who_publishes, Fixture) {
    get(session.provide(
        "com.example.who", [](InvocationDetails details) { return details.caller.value; },
        use_future));
    std::promise<EventDetails> heard;
    get(session.subscribe(
        {"com.example.", with::match(MatchPolicy::prefix)},
        [&heard](EventDetails details) { heard.set_value(details); }, use_future));
    const Session other = join(loop, router.url());

    BOOST_TEST(get(other.call<std::uint64_t>({"com.example.who", with::disclose_me()},
                                             use_future)) == other.identity().session.value);
    get(other.publish({"com.example.tick", with::acknowledge(), with::disclose_me()}, 1,
                      use_future));
    const EventDetails details = get(heard.get_future());
    BOOST_TEST(details.topic == "com.example.tick");
    BOOST_TEST(details.publisher.value == other.identity().session.value);
}

BOOST_FIXTURE_TEST_CASE(a_handle_ends_what_it_stands_for, Fixture) {
    std::atomic<int> heard{0};
    const auto count = [&heard](int) { ++heard; };
    const auto publish = [this] {
        get(session.publish({"com.example.tick", with::acknowledge(), with::exclude_me(false)}, 1,
                            use_future));
        get(session.call<Reply>("wamp.session.count", use_future));
    };
    const Subscription subscription = get(session.subscribe("com.example.tick", count, use_future));
    publish();
    BOOST_TEST(heard == 1);

    get(subscription.unsubscribe(use_future));
    publish();
    BOOST_TEST(heard == 1);

    {
        const Scoped guard(get(session.subscribe("com.example.tick", count, use_future)));
        publish();
        BOOST_TEST(heard == 2);
    }
    publish();
    BOOST_TEST(heard == 2);

    const Registration registration = get(session.provide(
        "com.example.add", [](int a) { return a; }, use_future));
    get(registration.unregister(use_future));
    BOOST_TEST(error_of(session.call<int>("com.example.add", 1, use_future)).uri() ==
               uris::no_such_procedure);
}

BOOST_FIXTURE_TEST_CASE(a_stop_token_gives_a_call_up_and_stops_the_callee, Fixture) {
    std::promise<bool> stopped;
    std::promise<void> begun;
    std::optional<Responder<int>> kept;
    get(session.provide(
        "com.example.slow",
        [&](std::stop_token stop, Responder<int> responder) {
            kept.emplace(responder);
            static std::optional<std::stop_callback<std::function<void()>>> callback;
            callback.emplace(stop, std::function<void()>([&] { stopped.set_value(true); }));
            begun.set_value();
        },
        use_future));
    std::stop_source source;
    auto outcome =
        session.call<int>({"com.example.slow", with::stop(source.get_token())}, use_future);
    get(begun.get_future());

    source.request_stop();

    BOOST_TEST(error_of(std::move(outcome)).uri() == uris::canceled);
    BOOST_TEST(get(stopped.get_future()));
    kept->fail(Error(uris::canceled));
    kept.reset();
}

BOOST_FIXTURE_TEST_CASE(a_timeout_ends_a_call, Fixture) {
    std::optional<Responder<int>> kept;
    get(session.provide(
        "com.example.slow", [&](Responder<int> responder) { kept.emplace(responder); },
        use_future));

    BOOST_TEST(
        error_of(session.call<int>({"com.example.slow", with::timeout(50ms)}, use_future)).uri() ==
        uris::timeout);
    get(session.leave(use_future));  // the call may reach the procedure only now
}

BOOST_FIXTURE_TEST_CASE(leaving_and_closing_answer_what_is_under_way, Fixture) {
    std::optional<Responder<int>> kept;
    get(session.provide(
        "com.example.slow", [&](Responder<int> responder) { kept.emplace(responder); },
        use_future));
    {
        Session other = join(loop, router.url());
        auto pending = other.call<int>("com.example.slow", use_future);
        other.close();
        BOOST_TEST(error_of(std::move(pending)).uri() == uris::closed);
        BOOST_TEST(error_of(other.call<int>("com.example.slow", use_future)).uri() == uris::closed);
    }
    std::future<int> pending;
    {
        Session other = join(loop, router.url());
        pending = other.call<int>("com.example.slow", use_future);
    }
    BOOST_TEST(error_of(std::move(pending)).uri() == uris::closed);
    Session other = join(loop, router.url());
    pending = other.call<int>("com.example.slow", use_future);
    get(other.leave(use_future));
    BOOST_TEST(error_of(std::move(pending)).uri() == uris::closed);
    get(session.leave(use_future));  // the calls may reach the procedure only now
}

BOOST_AUTO_TEST_CASE(handles_tell_the_ids_that_the_meta_api_knows) {
    TestRouter router;
    Loop loop;
    const Session session = join(loop, router.url());
    const auto nothing = [](int) {};
    const auto subscription = get(session.subscribe("com.example.tick", nothing, use_future));
    const auto registration = get(session.provide("com.example.tick", nothing, use_future));
    const auto lookup = [&](const char* procedure) {
        return get(session.call<std::uint64_t>(procedure, "com.example.tick", use_future));
    };

    BOOST_TEST(subscription.id().value == lookup("wamp.subscription.lookup"));
    BOOST_TEST(registration.id().value == lookup("wamp.registration.lookup"));
    get(subscription.unsubscribe(use_future));
    get(registration.unregister(use_future));
    BOOST_TEST(subscription.id().value == 0U);
    BOOST_TEST(registration.id().value == 0U);
    BOOST_TEST(Subscription().id().value == 0U);
}

BOOST_AUTO_TEST_CASE(handles_may_outlive_their_session) {
    TestRouter router;
    Loop loop;
    Session session = join(loop, router.url());
    const auto subscription = get(session.subscribe(
        "com.example.tick", [](int) {}, use_future));
    std::optional<Progress<int>> progress;
    const auto registration = get(session.provide(
        "com.example.slow",
        [&progress](Progress<int> parts, const Responder<int>& responder) {
            progress.emplace(parts);
            responder.answer(1);
        },
        use_future));
    get(session.call("com.example.slow", use_future));
    session = Session();
    std::promise<void> turned;
    boost::asio::post(loop.executor(), [&turned] { turned.set_value(); });
    get(turned.get_future());

    std::array<std::promise<bool>, 3> told;
    const auto tell = [](std::promise<bool>& to) {
        return [&to](Result<void> outcome) { to.set_value(outcome.has_value()); };
    };
    subscription.unsubscribe(tell(told[0]));
    registration.unregister(tell(told[1]));
    progress->send(1, tell(told[2]));

    BOOST_TEST(get(told[0].get_future()));
    BOOST_TEST(get(told[1].get_future()));
    BOOST_TEST(!get(told[2].get_future()));
}

BOOST_AUTO_TEST_CASE(a_refusal_fails_connect_and_is_not_tried_again) {
    TestRouter router;
    Loop loop;
    Settings settings;
    settings.url = router.url();
    settings.realm = "no.such.realm";
    settings.reconnect.at_start = true;

    BOOST_TEST(error_of(connect(loop.executor(), settings, use_future)).uri() ==
               uris::no_such_realm);
}

BOOST_AUTO_TEST_CASE(urls_are_tried_in_turn) {
    TestRouter router;
    Loop loop;
    Settings settings;
    settings.more_urls = {"rs://127.0.0.1:1", router.url("rs")};

    const Session session = join(loop, "ws://127.0.0.1:1/ws", settings);

    BOOST_TEST(get(session.call<Reply>("wamp.session.count", use_future)).args.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_lost_connection_comes_back_with_all_that_stood) {
    TestRouter router;
    Loop loop;
    std::mutex mutex;
    std::vector<SessionState> states;
    Settings settings;
    settings.reconnect.first = 10ms;
    settings.while_offline = WhileOffline::wait;
    settings.on_state = [&](SessionState state, const Error*) {
        const std::lock_guard guard(mutex);
        states.push_back(state);
    };
    const Session session = join(loop, router.url(), settings);
    std::atomic<int> heard{0};
    get(session.subscribe(
        "com.example.tick", [&heard](int n) { heard += n; }, use_future));
    get(session.provide(
        "com.example.add", [](int a, int b) { return a + b; }, use_future));

    for (int round = 1; round <= 3; ++round) {
        const auto old = session.identity().session;
        (*router).close_connections();
        wait_until([&] { return session.identity().session != old; });
        BOOST_TEST(get(session.call<int>("com.example.add", 2, 3, use_future)) == 5);
        get(session.publish({"com.example.tick", with::acknowledge(), with::exclude_me(false)}, 1,
                            use_future));
        wait_until([&] { return heard == round; });
    }
    const std::lock_guard guard(mutex);
    BOOST_TEST((states ==
                std::vector{SessionState::connecting, SessionState::joined, SessionState::waiting,
                            SessionState::connecting, SessionState::joined, SessionState::waiting,
                            SessionState::connecting, SessionState::joined, SessionState::waiting,
                            SessionState::connecting, SessionState::joined}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client
