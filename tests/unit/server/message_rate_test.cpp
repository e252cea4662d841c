// MessageRate: a second's worth at once, then the pace.
#include "router/server/message_rate.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const TimePoint start = TimePoint{} + seconds{100};

}  // namespace

BOOST_AUTO_TEST_SUITE(message_rate)

BOOST_AUTO_TEST_CASE(a_second_worth_passes_at_once_and_more_is_paid_for) {
    MessageRate rate;

    BOOST_TEST((rate.on_messages(10, 10, start) == Duration::zero()));
    BOOST_TEST((rate.on_messages(5, 10, start) == milliseconds{500}));
}

BOOST_AUTO_TEST_CASE(a_steady_pace_within_the_limit_is_never_held) {
    MessageRate rate;
    for (int i = 0; i < 1000; ++i) {
        BOOST_TEST((rate.on_messages(1, 10, start + milliseconds{100 * i}) == Duration::zero()));
    }
}

BOOST_AUTO_TEST_CASE(no_limit_holds_nobody) {
    MessageRate rate;

    BOOST_TEST((rate.on_messages(1'000'000, 0, start) == Duration::zero()));
}

BOOST_AUTO_TEST_SUITE_END()
