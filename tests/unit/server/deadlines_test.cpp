// Deadlines: entries fire once, in their slot, wherever the wheel stands.
#include "router/server/deadlines.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>

using namespace kreisel;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

struct Entry : DeadlineEntry {};

const TimePoint start = TimePoint{} + seconds{1000};

int count_due(Deadlines& deadlines, TimePoint now) {
    int count = 0;
    while (deadlines.pop_due(now) != nullptr) ++count;
    return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(deadlines)

BOOST_AUTO_TEST_CASE(an_entry_fires_once_and_not_early) {
    Deadlines wheel(start);
    Entry entry;
    wheel.arm(entry, start + seconds{5});

    BOOST_TEST(count_due(wheel, start + milliseconds{4900}) == 0);
    BOOST_TEST(count_due(wheel, start + milliseconds{5200}) == 1);
    BOOST_TEST(count_due(wheel, start + seconds{500}) == 0);
}

BOOST_AUTO_TEST_CASE(an_entry_beyond_the_wheel_waits_its_time) {
    Deadlines wheel(start);
    Entry entry;
    wheel.arm(entry, start + seconds{3600});

    BOOST_TEST(count_due(wheel, start + seconds{3599}) == 0);
    BOOST_TEST(count_due(wheel, start + seconds{3601}) == 1);
}

BOOST_AUTO_TEST_CASE(arming_again_moves_the_entry) {
    Deadlines wheel(start);
    Entry entry;
    wheel.arm(entry, start + seconds{5});
    wheel.arm(entry, start + seconds{1});

    BOOST_TEST(count_due(wheel, start + seconds{2}) == 1);
    BOOST_TEST(count_due(wheel, start + seconds{10}) == 0);
}

BOOST_AUTO_TEST_CASE(an_entry_that_dies_leaves_the_wheel) {
    Deadlines wheel(start);
    {
        Entry entry;
        wheel.arm(entry, start + seconds{1});
    }

    BOOST_TEST(count_due(wheel, start + seconds{2}) == 0);
}

BOOST_AUTO_TEST_CASE(an_entry_armed_for_the_past_each_time_lets_the_clock_go_on) {
    Deadlines wheel(start);
    Entry entry;
    wheel.arm(entry, start);

    int count = 0;
    while (wheel.pop_due(start + seconds{1}) != nullptr && ++count < 1000) wheel.arm(entry, start);

    BOOST_TEST(count <= 10);
}

BOOST_AUTO_TEST_CASE(ten_thousand_entries_all_fire) {
    Deadlines wheel(start);
    std::deque<Entry> entries(10'000);
    int spread = 0;
    for (auto& entry : entries) wheel.arm(entry, start + milliseconds{spread += 37});

    BOOST_TEST(count_due(wheel, start + milliseconds{spread + 200}) == 10'000);
}

BOOST_AUTO_TEST_SUITE_END()
