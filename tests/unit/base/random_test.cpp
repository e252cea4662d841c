// Random ids: their range, and that all of it is used.
#include "common/base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <set>

using namespace kreisel;

BOOST_AUTO_TEST_SUITE(random_ids)

BOOST_AUTO_TEST_CASE(global_ids_spread_over_1_to_2_to_the_53) {
    constexpr std::uint64_t id_max = std::uint64_t{1} << 53U;
    constexpr int drawn = 16000;
    SystemRandom random;
    std::set<std::uint64_t> ids;
    std::array<int, 16> sixteenths{};

    for (int i = 0; i < drawn; ++i) {
        const std::uint64_t id = random.global_id();
        BOOST_REQUIRE(id >= 1);
        BOOST_REQUIRE(id <= id_max);
        ids.insert(id);
        ++sixteenths[(id - 1) / (id_max / 16)];
    }

    BOOST_TEST(ids.size() == static_cast<std::size_t>(drawn));
    // 1000 are due in each; the deviation is about 31.
    for (const int count : sixteenths) {
        BOOST_TEST(count > 700);
        BOOST_TEST(count < 1300);
    }
}

BOOST_AUTO_TEST_SUITE_END()
