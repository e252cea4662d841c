// What users write first: coroutines, on both sides. For compilers that have them with this Boost.
#include "tests/unit/client/testing.hpp"

#if defined(BOOST_ASIO_HAS_CO_AWAIT)

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <numeric>
#include <vector>

namespace kreisel::client {

using boost::asio::awaitable;

namespace {

/// Runs the coroutine to its end on one thread, with a router beside it.
template <class Coroutine>
void run(Coroutine coroutine) {
    TestRouter router;
    boost::asio::io_context context;
    std::exception_ptr thrown;
    boost::asio::co_spawn(context, coroutine(router),
                          [&thrown](const std::exception_ptr& error) { thrown = error; });
    context.run_for(patience);
    BOOST_REQUIRE_MESSAGE(context.stopped(), "hangs");
    if (thrown) std::rethrow_exception(thrown);
}

awaitable<Session> joined(TestRouter& router) {
    co_return co_await connect({router.url(), "realm1"});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_coroutines)

BOOST_AUTO_TEST_CASE(the_example_of_the_header_works) {
    run([](TestRouter& router) -> awaitable<void> {
        auto session = co_await connect({router.url(), "realm1"});
        co_await session.provide("com.example.add", [](int a, int b) { return a + b; });
        const int sum = co_await session.call<int>("com.example.add", 2, 3);
        BOOST_TEST(sum == 5);
        int heard = 0;
        co_await session.subscribe("com.example.tick",
                                   [&heard](std::int64_t n, EventDetails) { heard += int(n); });
        co_await session.publish({"com.example.tick", with::acknowledge(), with::exclude_me(false)},
                                 42);
        co_await session.call("wamp.session.count");
        BOOST_TEST(heard == 42);
        co_await session.leave();
    });
}

BOOST_AUTO_TEST_CASE(an_error_is_thrown_or_returned) {
    run([](TestRouter& router) -> awaitable<void> {
        const auto session = co_await joined(router);
        std::string uri;
        try {
            co_await session.call<int>("com.example.nothing");
        } catch (const Error& error) {
            uri = error.uri();
        }
        BOOST_TEST(uri == uris::no_such_procedure);

        const Result<int> outcome = co_await session.call<int>("com.example.nothing", as_result);
        BOOST_TEST(outcome.error().uri() == uris::no_such_procedure);
    });
}

BOOST_AUTO_TEST_CASE(a_procedure_may_be_a_coroutine_that_calls_others) {
    run([](TestRouter& router) -> awaitable<void> {
        const auto session = co_await joined(router);
        co_await session.provide("com.example.double", [](int n) { return 2 * n; });
        // Named, since gcc 12 destroys what a lambda within the co_await has captured twice.
        const auto quadruple = [session](int n) -> awaitable<int> {
            const int twice = co_await session.call<int>("com.example.double", n);
            co_return co_await session.call<int>("com.example.double", twice);
        };
        co_await session.provide("com.example.quadruple", quadruple);
        co_await session.provide("com.example.fail", []() -> awaitable<void> {
            throw Error("com.example.error.odd");
            co_return;
        });

        const int four = co_await session.call<int>("com.example.quadruple", 1);
        const auto failed = co_await session.call("com.example.fail", as_result);

        BOOST_TEST(four == 4);
        BOOST_TEST(failed.error().uri() == "com.example.error.odd");
        co_await session.leave();
    });
}

BOOST_AUTO_TEST_CASE(progress_is_a_generator_on_one_side_and_a_loop_on_the_other) {
    run([](TestRouter& router) -> awaitable<void> {
        const auto session = co_await joined(router);
        co_await session.provide("com.example.count",
                                 [](int to, Progress<int> progress) -> awaitable<void> {
                                     for (int i = 1; i <= to; ++i) co_await progress.send(i);
                                 });
        std::vector<int> parts;

        const auto stream = session.stream<int>("com.example.count", 1000);
        while (const auto part = co_await stream.next()) parts.push_back(*part);

        BOOST_TEST(parts.size() == 1000U);
        BOOST_TEST(std::accumulate(parts.begin(), parts.end(), 0) == 500500);
    });
}

BOOST_AUTO_TEST_CASE(an_exchange_goes_both_ways) {
    run([](TestRouter& router) -> awaitable<void> {
        const auto session = co_await joined(router);
        co_await session.provide("com.example.upper",
                                 [](std::string first, Inputs<std::string> inputs,
                                    Progress<std::string> progress) -> awaitable<std::string> {
                                     co_await progress.send(first + "!");
                                     while (const auto word = co_await inputs.next()) {
                                         co_await progress.send(*word + "!");
                                     }
                                     co_return "done";
                                 });
        std::vector<std::string> heard;

        const auto exchange = session.exchange<std::string>("com.example.upper", "a");
        heard.push_back(*co_await exchange.next());
        co_await exchange.send("b");
        heard.push_back(*co_await exchange.next());
        co_await exchange.finish("c");
        while (const auto word = co_await exchange.next()) heard.push_back(*word);

        BOOST_TEST(heard == (std::vector<std::string>{"a!", "b!", "c!", "done"}),
                   boost::test_tools::per_element());
    });
}

BOOST_AUTO_TEST_CASE(a_stopped_coroutine_ends_its_call) {
    run([](TestRouter& router) -> awaitable<void> {
        const auto session = co_await joined(router);
        co_await session.provide("com.example.slow", [](std::stop_token stop) -> awaitable<void> {
            boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
            while (!stop.stop_requested()) {
                timer.expires_after(1ms);
                co_await timer.async_wait(boost::asio::use_awaitable);
            }
            throw Error(uris::canceled, {"stopped"});
        });
        std::stop_source source;
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 20ms);
        timer.async_wait([&source](const boost::system::error_code&) { source.request_stop(); });

        const auto outcome =
            co_await session.call({"com.example.slow", with::cancel_mode(CancelMode::kill),
                                   with::stop(source.get_token())},
                                  as_result);

        BOOST_TEST(outcome.error().uri() == uris::canceled);
        BOOST_TEST((outcome.error().args() == List{"stopped"}));
    });
}

BOOST_AUTO_TEST_CASE(a_publisher_that_waits_does_not_fill_the_memory) {
    run([](TestRouter& router) -> awaitable<void> {
        Settings settings(router.url(), "realm1");
        settings.output_bytes_high = 100'000;
        const auto session = co_await connect(settings);
        const std::string text(10'000, 'x');

        for (int i = 0; i < 2000; ++i) co_await session.publish("com.example.flood", text);

        co_await session.call("wamp.session.count");
    });
}

BOOST_AUTO_TEST_CASE(what_is_done_at_once_in_a_loop_takes_no_stack) {
    static constexpr int many = 10'000;
    run([](TestRouter& router) -> awaitable<void> {
        const auto session = co_await joined(router);
        co_await session.provide("com.example.count",
                                 [](int to, Progress<int> progress) -> awaitable<void> {
                                     for (int i = 1; i <= to; ++i) co_await progress.send(i);
                                 });

        for (int i = 0; i < many; ++i) co_await session.publish("com.example.tick", i);
        int parts = 0;
        const auto stream = session.stream<int>(
            {"com.example.count", with::parts(many, PartsOverflow::pause)}, many);
        while (co_await stream.next()) ++parts;

        BOOST_TEST(parts == many);
    });
}

BOOST_AUTO_TEST_CASE(coroutines_of_many_threads_share_a_session) {
    TestRouter router;
    Loop network;
    boost::asio::thread_pool pool(4);
    Settings settings;
    settings.handler_executor = pool.get_executor();
    const Session session = join(network, router.url(), settings);
    std::atomic<int> heard{0};
    get(session.subscribe(
        "com.example.tick", [&heard](int n) { heard += n; }, use_future));
    get(session.provide(
        "com.example.double", [](int n) -> awaitable<int> { co_return 2 * n; }, use_future));
    get(session.provide(
        "com.example.count",
        [](int to, Progress<int> progress) -> awaitable<void> {
            for (int i = 1; i <= to; ++i) co_await progress.send(i);
        },
        use_future));
    constexpr int rounds = 20;
    const auto work = [session]() -> awaitable<int> {
        int sum = 0;
        for (int i = 0; i < rounds; ++i) {
            sum += co_await session.call<int>("com.example.double", 1);
            co_await session.publish(
                {"com.example.tick", with::acknowledge(), with::exclude_me(false)}, 1);
            const auto stream = session.stream<int>("com.example.count", 3);
            while (const auto part = co_await stream.next()) sum += *part;
            const auto missing = co_await session.call("com.example.missing", as_result);
            if (missing) sum += 1000;
        }
        co_return sum;
    };

    std::vector<std::future<int>> sums;
    for (int i = 0; i < 6; ++i) {
        sums.push_back(boost::asio::co_spawn(pool, work, boost::asio::use_future));
    }

    for (std::future<int>& sum : sums) BOOST_TEST(get(std::move(sum)) == rounds * (2 + 6));
    wait_until([&] { return heard == 6 * rounds; });
    get(session.leave(use_future));
    pool.join();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client

#endif
