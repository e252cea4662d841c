// A router in this process, and sessions that reach it without a socket.
#include "client/sync.hpp"
#include "tests/unit/client/testing.hpp"
#include <kreisel/router.hpp>

#include <atomic>
#include <mutex>
#include <regex>
#include <vector>

namespace kreisel::client {

namespace {

const std::string realm_text = R"(
shards: 2
log: {level: warning}
limits: {message_bytes_max: 2MiB}
realms:
  - name: realm1
    roles:
      - name: backend
        permissions: [{uri: "", match: prefix, allow: [publish, subscribe, call, register]}]
      - name: guest
        permissions: [{uri: "com.example.open", allow: [call]}]
    authentication:
      anonymous_role: backend
      users: [{authid: joe, role: guest, ticket: "s3cret-for-joe"}]
)";
const RealmsText alone{"listeners: []\n" + realm_text};
const RealmsText short_queues{"listeners: []\n" +
                              std::regex_replace(realm_text, std::regex("limits: [{]"),
                                                 "limits: {outbox_bytes_max: 64KiB, ")};
const RealmsText with_listener{"listeners: [{address: \"127.0.0.1:0\"}]\n" + realm_text};

/// States of a session, as they come.
class States {
  public:
    void add(SessionState state) {
        const std::lock_guard guard(mutex_);
        states_.push_back(state);
    }
    [[nodiscard]] std::size_t count(SessionState state) const {
        const std::lock_guard guard(mutex_);
        return static_cast<std::size_t>(std::count(states_.begin(), states_.end(), state));
    }

  private:
    mutable std::mutex mutex_;
    std::vector<SessionState> states_;
};

struct Fixture {
    explicit Fixture(const RealmsText& realms = alone) : router(realms) { router.start(); }

    [[nodiscard]] Session join(Loop& on, Settings settings = {}) {
        if (settings.connector == nullptr) settings.connector = router.connector("backend");
        settings.realm = "realm1";
        return get(connect(on.executor(), std::move(settings), use_future));
    }
    [[nodiscard]] Error refusal(Settings settings) {
        settings.realm = "realm1";
        return error_of(connect(loop.executor(), std::move(settings), use_future));
    }

    EmbeddedRouter router;
    States states;  ///< told by handlers that may run until the loop is gone
    Loop loop;
};

struct ShortQueuesFixture : Fixture {
    ShortQueuesFixture() : Fixture(short_queues) {}
};

struct ReachableFixture : Fixture {
    ReachableFixture() : Fixture(with_listener) {}
};

int session_count(const Session& session) {
    return get(session.call<int>("wamp.session.count", use_future));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(embedded)

BOOST_FIXTURE_TEST_CASE(sessions_call_each_other_without_any_listener, Fixture) {
    const Session callee = join(loop);
    const Session caller = join(loop);
    get(callee.provide(
        "com.example.add", [](int a, int b) { return a + b; }, use_future));

    BOOST_TEST(get(caller.call<int>("com.example.add", 2, 3, use_future)) == 5);
    BOOST_TEST(router.addresses().empty());
}

BOOST_FIXTURE_TEST_CASE(events_pass_between_sockets_and_sessions_within, ReachableFixture) {
    const Session within = join(loop);
    const Session outside = client::join(loop, router.addresses().front());
    std::promise<std::string> heard_within;
    std::promise<std::string> heard_outside;
    get(within.subscribe(
        "com.example.in", [&](std::string text) { heard_within.set_value(std::move(text)); },
        use_future));
    get(outside.subscribe(
        "com.example.out", [&](std::string text) { heard_outside.set_value(std::move(text)); },
        use_future));

    get(outside.publish({"com.example.in", with::acknowledge()}, "hello", use_future));
    get(within.publish({"com.example.out", with::acknowledge()}, "good day", use_future));

    BOOST_TEST(get(heard_within.get_future()) == "hello");
    BOOST_TEST(get(heard_outside.get_future()) == "good day");
}

BOOST_FIXTURE_TEST_CASE(a_session_is_who_the_program_says, Fixture) {
    Settings settings(router.connector("guest", "billing"), "realm1");
    const Session session = join(loop, settings);
    const Session other = join(loop);

    const Identity identity = session.identity();
    const auto details =
        get(other.call<Dict>("wamp.session.get", identity.session.value, use_future));

    BOOST_TEST(identity.authid == "billing");
    BOOST_TEST(identity.authrole == "guest");
    BOOST_TEST(identity.authmethod == "local");
    BOOST_TEST(identity.authprovider == "local");
    const Dict* transport = details.find_dict("transport");
    BOOST_REQUIRE(transport != nullptr);
    BOOST_TEST(transport->find_text("type").value_or("") == "in-process");
    BOOST_TEST(transport->find_text("peer").value_or("") == "in-process");
    BOOST_TEST(other.identity().authid != "billing");
}

BOOST_FIXTURE_TEST_CASE(rules_hold_within_the_process, Fixture) {
    Settings settings(router.connector("guest"), "realm1");
    const Session guest = join(loop, settings);

    const Error error =
        error_of(guest.publish({"com.example.news", with::acknowledge()}, "psst", use_future));

    BOOST_TEST(error.uri() == "wamp.error.not_authorized");
}

BOOST_FIXTURE_TEST_CASE(who_is_given_no_role_logs_in_like_anybody, Fixture) {
    Settings settings(router.connector(), "realm1");
    BOOST_TEST(join(loop, settings).identity().authmethod == "anonymous");

    settings.login.authid = "joe";
    settings.login.credentials = {Ticket{"s3cret-for-joe"}};
    BOOST_TEST(join(loop, settings).identity().authrole == "guest");

    settings.login.credentials = {Ticket{"wrong"}};
    BOOST_TEST(refusal(settings).uri() == "wamp.error.authentication_denied");
}

BOOST_FIXTURE_TEST_CASE(a_role_that_does_not_exist_is_refused, Fixture) {
    const Error error = refusal(Settings(router.connector("nobody"), "realm1"));

    BOOST_TEST(error.uri() == "wamp.error.no_such_role");
}

BOOST_FIXTURE_TEST_CASE(long_messages_pass_in_pieces, Fixture) {
    const Session callee = join(loop);
    const Session caller = join(loop);
    get(callee.provide(
        "com.example.echo", [](std::string text) { return text; }, use_future));
    const std::string text(1'000'000, 'x');

    BOOST_TEST((get(caller.call<std::string>("com.example.echo", text, use_future)) == text));
}

BOOST_FIXTURE_TEST_CASE(a_blocking_session_needs_no_socket_either, Fixture) {
    const sync::Session callee({router.connector("backend"), "realm1"});
    const sync::Session caller({router.connector("backend"), "realm1"});
    callee.provide("com.example.add", [](int a, int b) { return a + b; });

    BOOST_TEST(caller.call<int>("com.example.add", 2, 3) == 5);
}

BOOST_FIXTURE_TEST_CASE(a_message_over_the_limit_is_the_callers_error, Fixture) {
    const Session caller = join(loop);

    const Error error = error_of(
        caller.call<std::string>("com.example.echo", std::string(3'000'000, 'x'), use_future));

    BOOST_TEST(error.uri() == "wamp.error.payload_size_exceeded");
}

BOOST_FIXTURE_TEST_CASE(thousands_of_calls_from_several_threads_are_answered, Fixture) {
    constexpr int calls = 2'000;
    Loop callee_loop;
    const Session callee = join(callee_loop);
    get(callee.provide(
        "com.example.double", [](int number) { return 2 * number; }, use_future));

    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int thread = 0; thread < 3; ++thread) {
        // Nothing of Boost.Test on these threads: it has no lock.
        threads.emplace_back([this, &right] {
            Loop own;
            auto joining =
                connect(own.executor(), {router.connector("backend"), "realm1"}, use_future);
            if (joining.wait_for(patience) != std::future_status::ready) return;
            const Session caller = joining.get();
            std::vector<std::future<int>> results;
            for (int number = 0; number < calls; ++number) {
                results.push_back(caller.call<int>("com.example.double", number, use_future));
            }
            for (int number = 0; number < calls; ++number) {
                auto& result = results[static_cast<std::size_t>(number)];
                if (result.wait_for(patience) != std::future_status::ready) return;
                if (result.get() == 2 * number) ++right;
            }
        });
    }
    for (auto& thread : threads) thread.join();

    BOOST_TEST(right == 3 * calls);
}

BOOST_FIXTURE_TEST_CASE(a_subscriber_that_does_not_read_is_closed, ShortQueuesFixture) {
    Loop stuck_loop;
    Settings settings;
    settings.reconnect.is_on = false;
    settings.on_state = [this](SessionState state, const Error*) { states.add(state); };
    std::promise<void> may_go_on;
    std::atomic<bool> is_stuck{false};
    const Session stuck = join(stuck_loop, settings);
    const Session publisher = join(loop);
    get(stuck.subscribe(
        "com.example.flood",
        [&, waiting = may_go_on.get_future().share()](const std::string&) {
            is_stuck = true;
            waiting.wait();
        },
        use_future));

    const std::string part(32'000, 'x');
    get(publisher.publish("com.example.flood", part, use_future));
    wait_until([&] { return is_stuck.load(); });

    // More than the streams between them and both queues take.
    int published = 0;
    while (session_count(publisher) == 2 && published < 1'000) {
        get(publisher.publish({"com.example.flood", with::acknowledge()}, part, use_future));
        ++published;
    }

    BOOST_TEST(session_count(publisher) == 1);
    may_go_on.set_value();
    wait_until([&] { return states.count(SessionState::over) == 1; });
}

BOOST_FIXTURE_TEST_CASE(a_stopped_router_ends_its_sessions, Fixture) {
    Settings settings;
    settings.reconnect.is_on = false;
    settings.on_state = [this](SessionState state, const Error*) { states.add(state); };
    const Session session = join(loop, settings);

    router.stop();

    wait_until([&] { return states.count(SessionState::over) == 1; });
    BOOST_TEST(error_of(session.call<int>("wamp.session.count", use_future)).uri() ==
               std::string(uris::not_connected));
    BOOST_TEST(refusal(Settings(router.connector("backend"), "realm1")).uri() ==
               std::string(uris::not_connected));
}

BOOST_FIXTURE_TEST_CASE(a_call_under_way_ends_when_the_router_does, Fixture) {
    Loop callee_loop;
    std::promise<void> may_answer;
    std::promise<void> was_called;
    const Session callee = join(callee_loop);
    const Session caller = join(loop);
    get(callee.provide(
        "com.example.slow",
        [&was_called, waiting = may_answer.get_future().share()] {
            was_called.set_value();
            waiting.wait();
            return 1;
        },
        use_future));
    auto result = caller.call<int>("com.example.slow", use_future);
    get(was_called.get_future());

    // A second configuration has no time to wait for calls.
    router.reload(RealmsText{alone.yaml + "drain_timeout: 100ms\n"});
    router.stop();

    // Whose session is ended first is left to chance.
    const std::string uri = error_of(std::move(result)).uri();
    BOOST_TEST((uri == uris::not_connected || uri == uris::canceled), uri);
    may_answer.set_value();
}

BOOST_FIXTURE_TEST_CASE(sessions_come_back_when_the_router_starts_again, Fixture) {
    Settings settings;
    settings.reconnect.first = 10ms;
    settings.reconnect.is_on = true;
    settings.on_state = [this](SessionState state, const Error*) { states.add(state); };
    const Session session = join(loop, settings);
    get(session.provide(
        "com.example.add", [](int a, int b) { return a + b; }, use_future));

    router.stop();
    wait_until([&] { return states.count(SessionState::waiting) > 0; });
    router.start();
    wait_until([&] { return states.count(SessionState::joined) == 2; });

    const Session caller = join(loop);
    int sum = 0;
    wait_until([&] {
        try {
            sum = get(caller.call<int>("com.example.add", 2, 3, use_future));
        } catch (const Error&) {
            return false;  // it is not registered again yet
        }
        return true;
    });
    BOOST_TEST(sum == 5);
}

BOOST_FIXTURE_TEST_CASE(a_loop_that_ends_takes_its_session_along, Fixture) {
    const Session witness = join(loop);
    {
        boost::asio::io_context context;
        auto joining = connect(context.get_executor(),
                               Settings(router.connector("backend"), "realm1"), use_future);
        wait_until([&] {
            context.poll();
            return joining.wait_for(0s) == std::future_status::ready;
        });
        const Session session = joining.get();
        BOOST_TEST(session_count(witness) == 2);
    }

    wait_until([&] { return session_count(witness) == 1; });
}

BOOST_FIXTURE_TEST_CASE(a_reload_that_takes_the_role_ends_the_session, Fixture) {
    Settings settings(router.connector("guest"), "realm1");
    settings.on_state = [this](SessionState state, const Error*) { states.add(state); };
    const Session session = join(loop, settings);
    std::string changed = alone.yaml;
    for (const std::string& word : {std::string("name: guest"), std::string("role: guest")}) {
        changed.replace(changed.find(word), word.size(), word.substr(0, 6) + "other");
    }

    const auto changes = router.reload(RealmsText{changed});

    BOOST_TEST(!changes.empty());
    wait_until(
        [&] { return states.count(SessionState::waiting) + states.count(SessionState::over) > 0; });
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told) {
    BOOST_CHECK_THROW(EmbeddedRouter(RealmsFile{"/no/such/realms.yaml"}), RouterError);
    EmbeddedRouter router(alone);
    try {
        router.reload(RealmsText{"listeners: []\nrealms: 3\n"});
        BOOST_FAIL("no error");
    } catch (const RouterError& error) {
        BOOST_TEST(std::string(error.what()).find("(text):2") != std::string::npos);
    }
    router.start();
    BOOST_CHECK_THROW(router.start(), RouterError);
    router.stop();
    router.stop();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client
