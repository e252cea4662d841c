// What users give up, or what they waited for too long: connections that are not made, publications
// held up by a network that takes no more, tokens that said stop before anything began.
#include "tests/unit/client_network/world.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace kreisel::client::network {

namespace {

using namespace std::chrono_literals;

/// A port whose connections nobody looks after.
class Nobody {
  public:
    [[nodiscard]] std::string url() const {
        return "ws://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/ws";
    }

  private:
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_{context_,
                                             {boost::asio::ip::address_v4::loopback(), 0}};
};

/// A session whose connection takes nothing more, with more waiting than its publishers may add to.
struct Jam {
    Jam() {
        Settings settings;
        settings.output_bytes_high = 1000;
        settings.ping_interval = 0ms;
        session = join(loop, proxy.url("ws"), settings);
        proxy.behave({.piece = 1, .delay = 1h});
        // More than two sockets hold.
        const std::string text(12U << 20U, 'x');
        for (int i = 0; i < 2; ++i) {
            session.publish("com.example.much", text, [](const Result<PublicationId>&) {});
        }
    }

    TestRouter router;
    Proxy proxy{router.url()};
    Loop loop;
    Session session;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_giving_up)

BOOST_AUTO_TEST_CASE(a_connection_can_be_given_up_before_and_while_it_is_made) {
    const Nobody nobody;
    for (const bool is_before : {true, false}) {
        BOOST_TEST_CONTEXT((is_before ? "before" : "while")) {
            Loop loop;
            std::stop_source source;
            Settings settings(nobody.url(), "realm1");
            settings.reconnect.at_start = true;
            settings.stop = source.get_token();

            if (is_before) source.request_stop();
            auto joined = connect(loop.executor(), settings, use_future);
            source.request_stop();

            BOOST_TEST(error_of(std::move(joined)).uri() == uris::canceled);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_session_that_has_joined_does_not_hear_the_token_of_connect) {
    TestRouter router;
    Loop loop;
    std::stop_source source;
    Settings settings;
    settings.stop = source.get_token();
    const Session session = join(loop, router.url(), settings);

    source.request_stop();

    BOOST_TEST(get(session.call<int>("wamp.session.count", use_future)) == 1);
}

BOOST_AUTO_TEST_CASE(a_timeout_bounds_a_publisher_that_is_held_up) {
    Jam jam;
    auto patient = jam.session.publish({"com.example.tick", with::timeout(1h)}, 1, use_future);
    auto late = jam.session.publish({"com.example.tick", with::timeout(1ms)}, 1, use_future);
    auto later = jam.session.publish({"com.example.tick", with::timeout(2ms)}, 1, use_future);

    BOOST_TEST(error_of(std::move(late)).uri() == uris::timeout);
    BOOST_TEST(error_of(std::move(later)).uri() == uris::timeout);
    BOOST_TEST((patient.wait_for(0s) == std::future_status::timeout));
    jam.session.close();
    BOOST_TEST(error_of(std::move(patient)).uri() == uris::closed);
}

BOOST_AUTO_TEST_CASE(a_publisher_that_is_held_up_can_be_given_up) {
    Jam jam;
    std::stop_source source;
    auto stopped =
        jam.session.publish({"com.example.tick", with::stop(source.get_token())}, 1, use_future);

    source.request_stop();

    BOOST_TEST(error_of(std::move(stopped)).uri() == uris::canceled);
}

BOOST_AUTO_TEST_CASE(a_token_that_said_stop_before_is_heard_on_the_strand_too) {
    TestRouter router;
    Loop loop;
    const Session session = join(loop, router.url());
    const Silence silence;
    get(session.provide("com.example.silence", silence.handler(), use_future));
    std::stop_source source;
    source.request_stop();
    std::promise<Result<int>> outcome;

    session.call<int>("wamp.session.count", [&](const Result<int>&) {
        session.call<int>({"com.example.silence", with::stop(source.get_token())},
                          [&](const Result<int>& result) { outcome.set_value(result); });
    });

    BOOST_TEST(get(outcome.get_future()).error().uri() == uris::canceled);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client::network
