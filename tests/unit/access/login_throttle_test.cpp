// Failed log-ins of one address: how many are let through, and for how long it has to wait.
#include "router/access/login_throttle.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace kreisel;
using namespace std::chrono_literals;

namespace {

struct Throttle : LoginThrottle {
    TimePoint now{1h};

    explicit Throttle(ThrottleConfig config = {
                          .failures = 3, .window = 30s, .addresses_max = 100}) {
        set_config(config);
    }
    void fail(const std::string& address, int times) {
        for (int i = 0; i < times; ++i) on_failure(address, now);
    }
    [[nodiscard]] Duration wait(const std::string& address) const { return wait_of(address, now); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(login_throttle)

BOOST_AUTO_TEST_CASE(an_address_has_so_many_failures_in_a_window) {
    Throttle throttle;

    throttle.fail("192.0.2.1", 2);
    BOOST_TEST((throttle.wait("192.0.2.1") == 0s));
    throttle.fail("192.0.2.1", 1);
    BOOST_TEST((throttle.wait("192.0.2.1") == 10s));
    BOOST_TEST((throttle.wait("192.0.2.2") == 0s));
}

BOOST_AUTO_TEST_CASE(each_part_of_the_window_gives_back_one_try) {
    Throttle throttle;
    throttle.fail("192.0.2.1", 3);

    throttle.now += 10s;
    BOOST_TEST((throttle.wait("192.0.2.1") == 0s));
    throttle.fail("192.0.2.1", 1);
    BOOST_TEST((throttle.wait("192.0.2.1") == 10s));
    throttle.now += 30s;
    throttle.fail("192.0.2.1", 2);
    BOOST_TEST((throttle.wait("192.0.2.1") == 0s));
}

BOOST_AUTO_TEST_CASE(who_cannot_be_told_apart_is_not_counted) {
    Throttle throttle;

    throttle.fail("", 10);

    BOOST_TEST((throttle.wait("") == 0s));
    BOOST_TEST(throttle.size() == 0U);
}

BOOST_AUTO_TEST_CASE(no_failures_in_the_configuration_is_no_throttle) {
    Throttle throttle({.failures = 0});

    throttle.fail("192.0.2.1", 100);

    BOOST_TEST((throttle.wait("192.0.2.1") == 0s));
    BOOST_TEST(throttle.size() == 0U);
}

BOOST_AUTO_TEST_CASE(the_table_is_bounded_and_forgets_the_least_guilty) {
    Throttle throttle({.failures = 3, .window = 30s, .addresses_max = 2});
    throttle.fail("192.0.2.1", 3);
    throttle.fail("192.0.2.2", 1);

    throttle.fail("192.0.2.3", 2);

    BOOST_TEST(throttle.size() == 2U);
    BOOST_TEST((throttle.wait("192.0.2.1") > 0s));
    throttle.now += 10min;
    throttle.fail("192.0.2.4", 1);
    BOOST_TEST(throttle.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
