// The blocking face.
#include "client/sync.hpp"

#include "tests/unit/client/testing.hpp"

#include <atomic>

namespace kreisel::client {

BOOST_AUTO_TEST_SUITE(client_sync)

BOOST_AUTO_TEST_CASE(every_operation_waits_and_returns) {
    TestRouter router;
    const sync::Session session({router.url(), "realm1"});
    std::atomic<int> heard{0};

    const Registration added =
        session.provide("com.example.add", [](int a, int b) { return a + b; });
    const Subscription ticks =
        session.subscribe("com.example.tick", [&heard](int n) { heard += n; });
    const PublicationId publication =
        session.publish({"com.example.tick", with::acknowledge(), with::exclude_me(false)}, 42);
    session.call("wamp.session.count");

    BOOST_TEST(session.call<int>("com.example.add", 2, 3) == 5);
    BOOST_TEST(publication.value != 0U);
    BOOST_TEST(heard == 42);
    session.unsubscribe(ticks);
    session.unregister(added);
    BOOST_CHECK_THROW(session.call<int>("com.example.add", 2, 3), Error);
    session.leave();
    BOOST_CHECK_THROW(session.call("wamp.session.count"), Error);
}

BOOST_AUTO_TEST_CASE(a_handler_that_would_wait_for_itself_gets_an_error) {
    TestRouter router;
    const sync::Session session({router.url(), "realm1"});
    session.provide("com.example.stuck", [&session] { session.call("wamp.session.count"); });

    try {
        session.call("com.example.stuck");
        BOOST_FAIL("no error");
    } catch (const Error& error) {
        BOOST_TEST(error.uri() == uris::invalid_argument);
    }
}

BOOST_AUTO_TEST_CASE(no_router_is_an_error_at_once) {
    BOOST_CHECK_THROW(sync::Session({"ws://127.0.0.1:1/ws", "realm1"}), Error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client
