// Rendezvous: which node gets a key, and what moves when nodes come and go.
#include "router/core/rendezvous.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace kreisel;

namespace {

using Nodes = std::vector<std::string>;

Nodes make_nodes(unsigned count) {
    Nodes nodes;
    for (unsigned i = 0; i < count; ++i) nodes.push_back("node" + std::to_string(i));
    return nodes;
}

std::string chosen(const Nodes& nodes, const std::string& rkey) {
    Rendezvous search(rkey);
    std::string best;
    for (const std::string& node : nodes) {
        if (search.offer(Rendezvous::node_of(node), 1)) best = node;
    }
    return best;
}

std::string key(unsigned number) { return "sn" + std::to_string(number); }

constexpr unsigned key_count = 20'000;

}  // namespace

BOOST_AUTO_TEST_SUITE(rendezvous)

BOOST_AUTO_TEST_CASE(every_node_gets_its_share) {
    for (const unsigned count : {2U, 3U, 10U}) {
        const Nodes nodes = make_nodes(count);
        std::map<std::string, unsigned> shares;

        for (unsigned i = 0; i < key_count; ++i) ++shares[chosen(nodes, key(i))];

        BOOST_TEST(shares.size() == count);
        for (const auto& [node, share] : shares) {
            BOOST_TEST_CONTEXT(node << " of " << count) {
                BOOST_TEST(share > key_count / count * 9 / 10);
                BOOST_TEST(share < key_count / count * 11 / 10);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_node_that_goes_gives_away_only_its_own_keys) {
    const Nodes before = make_nodes(7);
    Nodes after = before;
    after.erase(after.begin() + 3);

    for (unsigned i = 0; i < key_count; ++i) {
        const std::string owner = chosen(before, key(i));
        if (owner != "node3") BOOST_TEST(chosen(after, key(i)) == owner);
    }
}

BOOST_AUTO_TEST_CASE(a_node_that_comes_takes_keys_to_itself_only) {
    const Nodes before = make_nodes(7);
    Nodes after = before;
    after.emplace_back("new");
    unsigned moved = 0;

    for (unsigned i = 0; i < key_count; ++i) {
        const std::string owner = chosen(after, key(i));
        if (owner == chosen(before, key(i))) continue;
        BOOST_TEST(owner == "new");
        ++moved;
    }

    BOOST_TEST(moved > key_count / 8 * 9 / 10);
    BOOST_TEST(moved < key_count / 8 * 11 / 10);
}

BOOST_AUTO_TEST_CASE(the_order_of_offers_does_not_count) {
    const Nodes nodes = make_nodes(5);
    Nodes reversed = nodes;
    std::reverse(reversed.begin(), reversed.end());

    for (unsigned i = 0; i < 100; ++i)
        BOOST_TEST(chosen(nodes, key(i)) == chosen(reversed, key(i)));
}

BOOST_AUTO_TEST_CASE(of_nodes_of_one_name_the_lowest_order_is_chosen) {
    const std::uint64_t node = Rendezvous::node_of("node");
    Rendezvous rising("key");
    Rendezvous falling("key");

    BOOST_TEST(rising.offer(node, 1));
    BOOST_TEST(!rising.offer(node, 2));
    BOOST_TEST(falling.offer(node, 2));
    BOOST_TEST(falling.offer(node, 1));
}

// The choice is part of what clients may build on: it must be the same in every version.
BOOST_AUTO_TEST_CASE(choices_are_the_same_for_ever) {
    const Nodes nodes = {"node23", "node24", "node25"};

    BOOST_TEST(chosen(nodes, "sn239019") == "node25");
    BOOST_TEST(chosen(nodes, "") == "node23");
    BOOST_TEST(chosen(nodes, "sn9") == "node24");
}

BOOST_AUTO_TEST_SUITE_END()
