// Results and arguments in parts, with futures.
#include "tests/unit/client/testing.hpp"

#include <atomic>
#include <vector>

namespace kreisel::client {

namespace {

struct Fixture {
    /// Told when the procedure of provide_count() has been called and has answered.
    std::promise<void> counted;
    TestRouter router;
    Loop loop;
    Session callee = join(loop, router.url());
    Session caller = join(loop, router.url());

    /// Sends 1 to `count` as parts and the sum as the result, as fast as it can.
    void provide_count() {
        get(callee.provide(
            "com.example.count",
            [this](int count, Progress<int> progress, Responder<int> responder) {
                int sum = 0;
                for (int i = 1; i <= count; ++i) {
                    progress.send(i, [](Result<void>) {});
                    sum += i;
                }
                responder.answer(sum);
                counted.set_value();
            },
            use_future));
    }
};

std::vector<int> all_of(const ResultStream<int>& stream) {
    std::vector<int> parts;
    while (const auto part = get(stream.next(use_future))) parts.push_back(*part);
    return parts;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_streams)

BOOST_FIXTURE_TEST_CASE(parts_come_in_order_and_the_result_last, Fixture) {
    provide_count();

    const auto parts = all_of(caller.stream<int>("com.example.count", 4));

    BOOST_TEST(parts == (std::vector{1, 2, 3, 4, 10}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_plain_call_gets_the_result_alone, Fixture) {
    provide_count();

    BOOST_TEST(get(caller.call<int>("com.example.count", 4, use_future)) == 10);
}

BOOST_FIXTURE_TEST_CASE(a_stream_ends_with_the_error_of_the_call, Fixture) {
    get(callee.provide(
        "com.example.fail",
        [](Progress<int> progress) -> void {
            progress.send(1, [](Result<void>) {});
            throw Error("com.example.error.broken");
        },
        use_future));
    const auto stream = caller.stream<int>("com.example.fail");

    BOOST_TEST(get(stream.next(use_future)).value() == 1);
    BOOST_TEST(error_of(stream.next(use_future)).uri() == "com.example.error.broken");
    BOOST_TEST(error_of(stream.next(use_future)).uri() == "com.example.error.broken");
}

BOOST_FIXTURE_TEST_CASE(parts_that_nobody_takes_end_the_call, Fixture) {
    provide_count();
    const auto stream = caller.stream<int>({"com.example.count", with::parts(10)}, 1000);
    // All of them are there: the router has what the callee said before this, and the caller what
    // the router said.
    get(counted.get_future());
    get(callee.call<Reply>("wamp.session.count", use_future));
    get(caller.call<Reply>("wamp.session.count", use_future));

    std::vector<int> parts;
    const auto end = [&]() -> Error {
        for (;;) {
            const auto part = get(stream.next(as_result(use_future)));
            if (!part) return part.error();
            BOOST_REQUIRE(part->has_value());
            parts.push_back(**part);
        }
    }();

    BOOST_TEST(end.uri() == uris::too_many);
    BOOST_TEST(parts.size() == 10U);
    BOOST_TEST(get(caller.call<Reply>("wamp.session.count", use_future)).args.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_stream_may_hold_the_connection_instead, Fixture) {
    provide_count();
    const auto stream =
        caller.stream<int>({"com.example.count", with::parts(10, PartsOverflow::pause)}, 1000);

    const auto parts = all_of(stream);

    BOOST_TEST(parts.size() == 1001U);
    BOOST_TEST(parts.at(999) == 1000);
    BOOST_TEST(get(caller.call<Reply>("wamp.session.count", use_future)).args.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_dropped_stream_stops_the_callee, Fixture) {
    std::promise<void> stopped;
    std::shared_ptr<void> kept;
    get(callee.provide(
        "com.example.endless",
        [&](std::stop_token stop, Progress<int> progress, Responder<int> responder) {
            progress.send(1, [](Result<void>) {});
            struct Running {
                Running(const std::stop_token& token, std::promise<void>& told, Responder<int> by)
                    : responder(by), callback(token, [&told] { told.set_value(); }) {}
                Responder<int> responder;
                std::stop_callback<std::function<void()>> callback;
            };
            kept = std::make_shared<Running>(stop, stopped, responder);
        },
        use_future));
    {
        const auto stream = caller.stream<int>("com.example.endless");
        BOOST_TEST(get(stream.next(use_future)).value() == 1);
    }

    get(stopped.get_future());
    kept.reset();
}

BOOST_FIXTURE_TEST_CASE(arguments_in_parts_reach_one_procedure, Fixture) {
    struct Summing : std::enable_shared_from_this<Summing> {
        Summing(int first, Inputs<int> more, Responder<int> by)
            : sum(first), inputs(std::move(more)), responder(std::move(by)) {}
        void go_on() {
            inputs.next([self = shared_from_this()](Result<std::optional<int>> part) {
                if (!part) return self->responder.fail(part.error());
                if (!*part) return self->responder.answer(self->sum);
                self->sum += **part;
                self->go_on();
            });
        }
        int sum;
        Inputs<int> inputs;
        Responder<int> responder;
    };
    get(callee.provide(
        "com.example.sum",
        [](int first, Inputs<int> inputs, Responder<int> responder) {
            std::make_shared<Summing>(first, inputs, responder)->go_on();
        },
        use_future));

    const auto exchange = caller.exchange<int>("com.example.sum", 1);
    for (int i = 2; i <= 999; ++i) get(exchange.send(i, use_future));
    get(exchange.finish(1000, use_future));

    BOOST_TEST(get(exchange.next(use_future)).value() == 500500);
    BOOST_TEST(!get(exchange.next(use_future)).has_value());
    BOOST_TEST(error_of(exchange.send(1, use_future)).uri() == uris::closed);

    const auto without_last_part = caller.exchange<int>("com.example.sum", 1);
    get(without_last_part.send(2, use_future));
    get(without_last_part.finish(use_future));
    BOOST_TEST(get(without_last_part.next(use_future)).value() == 3);
}

BOOST_FIXTURE_TEST_CASE(a_lost_connection_ends_a_stream, Fixture) {
    std::optional<Responder<int>> kept;
    std::promise<void> begun;
    get(callee.provide(
        "com.example.wait",
        [&](Responder<int> responder) {
            kept.emplace(responder);
            begun.set_value();
        },
        use_future));
    const auto stream = caller.stream<int>("com.example.wait");
    get(begun.get_future());

    (*router).close_connections();

    // Whose connection the router closes first is its affair: a lost callee cancels the call.
    const std::string why = error_of(stream.next(use_future)).uri();
    BOOST_TEST((why == uris::not_connected || why == uris::canceled), why);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client
