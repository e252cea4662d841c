// The gap between two connections, and the refusals after which there is none: what is asked
// meanwhile follows Settings::while_offline to the letter.
#include "tests/unit/client_network/world.hpp"

namespace kreisel::client::network {

namespace {

using namespace std::chrono_literals;

/// A session whose connection was cut, and whose proxy lets no other one through until told.
struct Gap {
    explicit Gap(WhileOffline policy) {
        Settings settings;
        settings.reconnect.first = 1ms;
        settings.reconnect.longest = 5ms;
        settings.while_offline = policy;
        settings.waiting_max = 4;
        settings.on_state = states.handler();
        get(other.subscribe(
            "com.example.tick",
            [this](int n) {
                const std::lock_guard guard(mutex);
                heard.push_back(n);
            },
            use_future));
        get(other.provide(
            "com.example.double", [](int n) { return 2 * n; }, use_future));
        session = join(loop, proxy.url("ws"), settings);
        proxy.behave_later({.is_refusing = true});
        proxy.cut(Ending::orderly);
        wait_until([this] { return states.count(SessionState::waiting) > 1; });
    }

    void end() {
        proxy.behave_later({});
        wait_until([this] { return states.is(SessionState::joined); });
    }
    /// What `other` heard; all of it, as soon as `session` has had an answer.
    [[nodiscard]] std::vector<int> heard_by_other() {
        get(session.call("wamp.session.count", use_future));
        get(other.call("wamp.session.count", use_future));
        const std::lock_guard guard(mutex);
        return heard;
    }

    TestRouter router;
    Proxy proxy{router.url()};
    Loop loop;
    Session other = join(loop, router.url());
    States states;
    std::mutex mutex;
    std::vector<int> heard;
    Session session;
};

/// How `future` ends: with which error, or none.
template <class T>
std::string uri_of(std::future<Result<T>> future) {
    const auto outcome = get(std::move(future));
    return outcome ? "" : outcome.error().uri();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_gaps)

BOOST_AUTO_TEST_CASE(by_default_operations_fail_at_once) {
    Gap gap(WhileOffline::fail);
    Tally tally;
    const Pending pending = begin_everything(gap.session, tally);
    gap.session.publish("com.example.tick", 1, tally.expect("publish without acknowledgement"));

    tally.wait();
    for (const auto& [name, endings, error] : tally.entries()) {
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST(endings == 1);
            BOOST_REQUIRE(error.has_value());
            BOOST_TEST(error->uri() == uris::not_connected);
        }
    }
    gap.end();
    BOOST_TEST(gap.heard_by_other().empty());
}

BOOST_AUTO_TEST_CASE(a_queue_is_sent_in_order_and_once_and_takes_no_more_than_its_limit) {
    Gap gap(WhileOffline::wait);

    auto first = gap.session.publish("com.example.tick", 1, as_result(use_future));
    auto second =
        gap.session.publish({"com.example.tick", with::acknowledge()}, 2, as_result(use_future));
    auto third = gap.session.call<int>("com.example.double", 21, as_result(use_future));
    auto fourth = gap.session.publish("com.example.tick", 3, as_result(use_future));
    auto fifth = gap.session.publish("com.example.tick", 4, as_result(use_future));
    BOOST_TEST(uri_of(std::move(fifth)) == uris::too_many);
    gap.end();

    BOOST_TEST(uri_of(std::move(first)) == "");
    BOOST_TEST(uri_of(std::move(second)) == "");
    BOOST_TEST(get(std::move(third)).value() == 42);
    BOOST_TEST(uri_of(std::move(fourth)) == "");
    BOOST_TEST(gap.heard_by_other() == (std::vector{1, 2, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_waits_can_be_given_up_and_runs_out_of_time) {
    Gap gap(WhileOffline::wait);
    std::stop_source source;

    auto late =
        gap.session.call<int>({"com.example.double", with::timeout(1ms)}, 1, as_result(use_future));
    auto stopped = gap.session.call<int>({"com.example.double", with::stop(source.get_token())}, 1,
                                         as_result(use_future));
    auto exchange = gap.session.exchange<int>("com.example.double", 1);
    source.request_stop();

    BOOST_TEST(uri_of(std::move(late)) == uris::timeout);
    BOOST_TEST(uri_of(std::move(stopped)) == uris::canceled);
    // Its further parts belong to the connection that the first went by.
    BOOST_TEST(uri_of(exchange.next(as_result(use_future))) == uris::not_connected);
}

BOOST_AUTO_TEST_CASE(what_is_subscribed_to_in_the_gap_stands_after_it) {
    Gap gap(WhileOffline::wait);
    std::promise<int> told;

    auto subscribed = gap.session.subscribe(
        "com.example.later", [&told](int n) { told.set_value(n); }, as_result(use_future));
    auto provided = gap.session.provide(
        "com.example.later", [](int n) { return n + 1; }, as_result(use_future));
    gap.end();

    BOOST_TEST(uri_of(std::move(subscribed)) == "");
    BOOST_TEST(uri_of(std::move(provided)) == "");
    get(gap.other.publish("com.example.later", 7, use_future));
    BOOST_TEST(get(told.get_future()) == 7);
    BOOST_TEST(get(gap.other.call<int>("com.example.later", 7, use_future)) == 8);
}

BOOST_AUTO_TEST_CASE(a_session_that_is_over_takes_nothing_whatever_its_policy) {
    for (const WhileOffline policy : {WhileOffline::fail, WhileOffline::wait}) {
        Gap gap(policy);
        gap.session.close();
        Tally tally;

        const Pending pending = begin_everything(gap.session, tally);
        gap.session.publish("com.example.tick", 1, tally.expect("publish"));

        tally.wait();
        for (const auto& [name, endings, error] : tally.entries()) {
            BOOST_TEST_CONTEXT(name) {
                BOOST_TEST(endings == 1);
                BOOST_REQUIRE(error.has_value());
                BOOST_TEST(error->uri() == uris::closed);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client::network
