// Cancellation slots of Asio give operations up. For Boost 1.77 and newer, which has them.
#include "tests/unit/client/testing.hpp"

#if defined(KREISEL_HAS_CANCELLATION_SLOTS)

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#if defined(BOOST_ASIO_HAS_CO_AWAIT)
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#endif

#include <vector>

namespace kreisel::client {

using boost::asio::bind_cancellation_slot;
using boost::asio::cancellation_type;

namespace {

/// A router, and a session that provides a procedure which never answers.
struct Fixture {
    Fixture() : session(join(loop, router.url())) {
        const auto keep = [this](Responder<int> responder) { kept.push_back(responder); };
        get(session.provide("com.example.wait", keep, use_future));
    }
    ~Fixture() { get(session.leave(use_future)); }
    Fixture(const Fixture&) = delete;
    Fixture& operator=(const Fixture&) = delete;

    TestRouter router;
    Loop loop;
    std::vector<Responder<int>> kept;
    Session session;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_slots, Fixture)

BOOST_AUTO_TEST_CASE(a_slot_gives_a_call_up) {
    boost::asio::cancellation_signal signal;
    std::promise<Result<int>> outcome;
    session.call<int>("com.example.wait",
                      bind_cancellation_slot(signal.slot(), [&outcome](const Result<int>& result) {
                          outcome.set_value(result);
                      }));

    boost::asio::post(loop.executor(), [&signal] { signal.emit(cancellation_type::terminal); });

    BOOST_TEST(get(outcome.get_future()).error().uri() == uris::canceled);
}

BOOST_AUTO_TEST_CASE(a_stop_token_works_beside_a_slot) {
    boost::asio::cancellation_signal signal;
    std::stop_source source;
    std::promise<Result<int>> outcome;
    session.call<int>({"com.example.wait", with::stop(source.get_token())},
                      bind_cancellation_slot(signal.slot(), [&outcome](const Result<int>& result) {
                          outcome.set_value(result);
                      }));

    source.request_stop();

    BOOST_TEST(get(outcome.get_future()).error().uri() == uris::canceled);
}

BOOST_AUTO_TEST_CASE(an_operation_that_is_over_no_longer_listens_to_its_slot) {
    boost::asio::cancellation_signal signal;
    std::promise<Result<int>> count;
    session.call<int>("wamp.session.count",
                      bind_cancellation_slot(signal.slot(), [&](const Result<int>& result) {
                          signal.emit(cancellation_type::terminal);
                          count.set_value(result);
                      }));

    BOOST_TEST(get(count.get_future()).value() == 1);
    BOOST_TEST(get(session.call<int>("wamp.session.count", use_future)) == 1);
}

BOOST_AUTO_TEST_CASE(a_slot_ends_the_wait_for_more_arguments) {
    boost::asio::cancellation_signal signal;
    std::promise<void> waits;
    std::promise<std::string> outcome;
    const auto sum = [&](int, const Inputs<int>& inputs, const Responder<int>& responder) {
        kept.push_back(responder);
        inputs.next(bind_cancellation_slot(
            signal.slot(), [&outcome](const Result<std::optional<int>>& result) {
                outcome.set_value(result ? "" : result.error().uri());
            }));
        waits.set_value();
    };
    get(session.provide("com.example.sum", sum, use_future));
    const auto exchange = session.exchange<int>("com.example.sum", 1);
    get(waits.get_future());

    boost::asio::post(loop.executor(), [&signal] { signal.emit(cancellation_type::terminal); });

    BOOST_TEST(get(outcome.get_future()) == uris::canceled);
}

BOOST_AUTO_TEST_CASE(a_slot_ends_the_wait_for_room) {
    Settings settings;
    settings.output_bytes_high = 0;
    const Session narrow = join(loop, router.url(), settings);
    const auto exchange = narrow.exchange<int>("com.example.wait", 1);
    boost::asio::cancellation_signal signal;
    std::promise<std::string> outcome;
    // Within one turn of the strand nothing leaves.
    narrow.call<int>("wamp.session.count", [&](const Result<int>&) {
        exchange.send(2, bind_cancellation_slot(signal.slot(), [&](const Result<void>& result) {
                          outcome.set_value(result ? "" : result.error().uri());
                      }));
        signal.emit(cancellation_type::terminal);
    });

    const std::string uri = get(outcome.get_future());
    // Unless the router was faster.
    BOOST_TEST((uri == uris::canceled || uri.empty()));
}

BOOST_AUTO_TEST_CASE(a_slot_ends_the_wait_for_the_goodbye) {
    Session other = join(loop, router.url());
    boost::asio::cancellation_signal signal;
    std::promise<std::string> outcome;
    boost::asio::post(loop.executor(), [&] {
        other.leave(bind_cancellation_slot(signal.slot(), [&](const Result<void>& result) {
            outcome.set_value(result ? "" : result.error().uri());
        }));
        signal.emit(cancellation_type::terminal);
    });

    const std::string uri = get(outcome.get_future());
    BOOST_TEST((uri == uris::canceled || uri.empty()));
    wait_until([&] {
        const auto over = get(other.call<int>("wamp.session.count", as_result(use_future)));
        return !over && over.error().uri() == uris::closed;
    });
}

#if defined(BOOST_ASIO_HAS_CO_AWAIT)

BOOST_AUTO_TEST_CASE(the_first_of_several_ends_the_others) {
    using namespace boost::asio::experimental::awaitable_operators;
    const auto race = [this]() -> boost::asio::awaitable<void> {
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 1ms);
        const auto first = co_await (session.call<int>("com.example.wait") ||
                                     timer.async_wait(boost::asio::use_awaitable));
        BOOST_TEST(first.index() == 1U);

        const auto stream = session.stream<int>("com.example.wait");
        timer.expires_after(1ms);
        const auto second =
            co_await (stream.next() || timer.async_wait(boost::asio::use_awaitable));
        BOOST_TEST(second.index() == 1U);

        timer.expires_after(1h);
        const auto third = co_await (session.call<int>("wamp.session.count") ||
                                     timer.async_wait(boost::asio::use_awaitable));
        BOOST_TEST(std::get<0>(third) == 1);
    };

    get(boost::asio::co_spawn(loop.executor(), race(), use_future));
}

#endif

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client

#endif
