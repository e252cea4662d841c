// IdMap and Members against the plainest tables there are, over random operations.
#include "router/core/id_map.hpp"
#include "router/core/members.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <vector>

using namespace kreisel;

BOOST_AUTO_TEST_SUITE(tables)

BOOST_AUTO_TEST_CASE(id_map_agrees_with_a_sorted_map) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            SeededRandom random(seed);
            IdMap<std::uint32_t> map(seed);
            std::map<std::uint64_t, std::uint32_t> model;
            for (std::uint32_t step = 1; step <= 3'000; ++step) {
                const std::uint64_t key = 1 + random.below(1 + random.below(600));
                if (model.count(key) == 0) {
                    map.insert(key, step);
                    model[key] = step;
                } else {
                    BOOST_REQUIRE(map.find(key) != nullptr);
                    BOOST_TEST(*map.find(key) == model[key]);
                    BOOST_TEST(map.erase(key));
                    model.erase(key);
                }
                BOOST_TEST(!map.erase(key + 10'000));
                BOOST_REQUIRE(map.size() == model.size());
            }
            for (const auto& [key, value] : model) {
                BOOST_REQUIRE(map.find(key) != nullptr);
                BOOST_TEST(*map.find(key) == value);
            }
            auto keys = map.keys();
            std::sort(keys.begin(), keys.end());
            BOOST_TEST(keys.size() == model.size());
            BOOST_TEST(std::equal(
                keys.begin(), keys.end(), model.begin(),
                [](std::uint64_t key, const auto& entry) { return key == entry.first; }));
        }
    }
}

BOOST_AUTO_TEST_CASE(members_keep_their_order_through_removals) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            SeededRandom random(seed);
            Members members;
            std::vector<std::uint64_t> model;
            for (int step = 0; step < 2'000; ++step) {
                // Grows for a while, then shrinks, so that gaps close many times.
                const bool is_growing = (step / 200) % 2 == 0;
                if (model.empty() || random.below(10) < (is_growing ? 7U : 3U)) {
                    model.push_back(members.add(PeerRef{}, Members::Wishes{}));
                } else {
                    const auto at = static_cast<std::ptrdiff_t>(random.below(model.size()));
                    members.remove(model[static_cast<std::size_t>(at)]);
                    model.erase(model.begin() + at);
                }
                BOOST_REQUIRE(members.size() == model.size());
                if (model.empty()) continue;
                BOOST_TEST(members.first().number == model.front());
                BOOST_TEST(members.last().number == model.back());
                BOOST_TEST(std::count(model.begin(), model.end(), members.any(random).number) == 1);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(roundrobin_goes_on_behind_the_last_one_when_members_leave) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            SeededRandom random(seed);
            Members members;
            std::vector<std::uint64_t> model;
            for (int i = 0; i < 64; ++i) model.push_back(members.add(PeerRef{}, Members::Wishes{}));
            std::uint64_t latest = 0;
            while (model.size() > 1) {
                auto next = std::upper_bound(model.begin(), model.end(), latest);
                if (next == model.end()) next = model.begin();
                latest = *next;
                BOOST_TEST(members.next().number == latest);
                const auto at = static_cast<std::ptrdiff_t>(random.below(model.size()));
                members.remove(model[static_cast<std::size_t>(at)]);
                model.erase(model.begin() + at);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
