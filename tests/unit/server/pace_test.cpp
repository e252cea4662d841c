// Pace: a second's worth at once, then the pace; refusals have an account of their own.
#include "router/server/pace.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const TimePoint start = TimePoint{} + seconds{100};
constexpr Pace::Limits ten_messages{10, 0};

}  // namespace

BOOST_AUTO_TEST_SUITE(pace)

BOOST_AUTO_TEST_CASE(a_second_worth_passes_at_once_and_more_is_paid_for) {
    Pace pace;

    for (int i = 0; i < 10; ++i) pace.take(1, ten_messages, start);
    BOOST_TEST(!pace.is_over_messages(start));
    for (int i = 0; i < 5; ++i) pace.take(1, ten_messages, start);
    BOOST_TEST(pace.is_over_messages(start));
    BOOST_TEST(!pace.is_over_bytes(start));
    BOOST_TEST((pace.pause(start) == milliseconds{500}));
    BOOST_TEST((pace.pause(start + milliseconds{500}) == Duration::zero()));
}

BOOST_AUTO_TEST_CASE(bytes_count_as_well) {
    constexpr Pace::Limits limits{10, 1000};
    Pace pace;

    pace.take(1000, limits, start);
    BOOST_TEST(!pace.is_over_bytes(start));
    pace.take(250, limits, start);
    BOOST_TEST(pace.is_over_bytes(start));
    BOOST_TEST(!pace.is_over_messages(start));
    BOOST_TEST((pace.pause(start) == milliseconds{250}));
}

BOOST_AUTO_TEST_CASE(a_steady_pace_within_the_limit_is_never_held) {
    Pace pace;
    for (int i = 0; i < 1000; ++i) {
        const TimePoint now = start + milliseconds{100 * i};
        pace.take(1, ten_messages, now);
        BOOST_TEST((pace.pause(now) == Duration::zero()));
    }
}

BOOST_AUTO_TEST_CASE(refusals_use_up_nothing_that_is_allowed_and_pause_by_themselves) {
    Pace pace;

    for (int i = 0; i < 15; ++i) pace.refuse(1, ten_messages, start);

    BOOST_TEST(!pace.is_over_messages(start));
    BOOST_TEST((pace.pause(start) == milliseconds{500}));
}

BOOST_AUTO_TEST_CASE(no_limit_holds_nobody) {
    constexpr Pace::Limits none;
    Pace pace;

    for (int i = 0; i < 1000; ++i) pace.take(1'000'000'000, none, start);

    BOOST_TEST(!none.any());
    BOOST_TEST((pace.pause(start) == Duration::zero()));
}

BOOST_AUTO_TEST_SUITE_END()
