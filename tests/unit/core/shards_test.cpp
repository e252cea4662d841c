// Sharded subscriptions: nkey of subscribers, rkey of publications.
#include "tests/unit/core/core_fixture.hpp"

#include <set>

using namespace kreisel;
using namespace kreisel::test;

namespace {

const Uri topic = "com.sensors";

struct ShardedCore : Core {
    PeerRef publisher = join("publisher");
    std::vector<PeerRef> nodes;

    PeerRef add_node(const std::string& nkey, Uri uri = topic, Dict options = {}) {
        nodes.push_back(join(nkey));
        options.set("nkey", nkey);
        subscribe(nodes.back(), std::move(uri), std::move(options));
        return nodes.back();
    }
    /// Places in `nodes` of those who got a publication.
    std::set<std::size_t> receivers(const std::string& rkey, Dict options = {}) {
        options.set("rkey", rkey);
        publish(publisher, topic, std::move(options));
        return take_receivers();
    }
    std::set<std::size_t> take_receivers() {
        std::set<std::size_t> got;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            if (is_silent(nodes[i])) continue;
            expect<Event>(nodes[i]);
            BOOST_TEST(is_silent(nodes[i]));
            got.insert(i);
        }
        return got;
    }
    std::string key(unsigned i) const { return "sn" + std::to_string(i); }
};

constexpr unsigned key_count = 300;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(shards, ShardedCore)

BOOST_AUTO_TEST_CASE(one_node_gets_a_publication_with_a_resource_key_and_always_the_same) {
    for (const char* nkey : {"a", "b", "c"}) add_node(nkey);
    std::set<std::size_t> used;

    for (unsigned i = 0; i < key_count; ++i) {
        const auto first = receivers(key(i));
        BOOST_REQUIRE_EQUAL(first.size(), 1U);
        BOOST_TEST((receivers(key(i)) == first));
        used.insert(*first.begin());
    }

    BOOST_TEST(used.size() == 3U);
}

BOOST_AUTO_TEST_CASE(without_resource_key_all_nodes_get_it) {
    for (const char* nkey : {"a", "b", "c"}) add_node(nkey);

    publish(publisher, topic);

    BOOST_TEST((take_receivers() == std::set<std::size_t>{0, 1, 2}));
}

BOOST_AUTO_TEST_CASE(a_subscriber_without_node_key_gets_everything) {
    const PeerRef before = join("before");
    subscribe(before, topic);
    add_node("a");
    add_node("b");
    const PeerRef after = join("after");
    subscribe(after, topic);

    for (unsigned i = 0; i < 10; ++i) {
        BOOST_TEST(receivers(key(i)).size() == 1U);
        expect<Event>(before);
        expect<Event>(after);
    }
}

BOOST_AUTO_TEST_CASE(a_node_that_goes_moves_only_its_own_keys) {
    for (const char* nkey : {"a", "b", "c", "d"}) add_node(nkey);
    std::vector<std::size_t> owners;
    for (unsigned i = 0; i < key_count; ++i) owners.push_back(*receivers(key(i)).begin());

    leave(nodes[1]);

    for (unsigned i = 0; i < key_count; ++i) {
        const auto now = receivers(key(i));
        BOOST_REQUIRE_EQUAL(now.size(), 1U);
        if (owners[i] != 1) BOOST_TEST(*now.begin() == owners[i]);
    }
}

BOOST_AUTO_TEST_CASE(a_node_that_comes_back_has_its_keys_again) {
    for (const char* nkey : {"a", "b", "c"}) add_node(nkey);
    std::vector<std::size_t> owners;
    for (unsigned i = 0; i < key_count; ++i) owners.push_back(*receivers(key(i)).begin());

    leave(nodes[0]);
    add_node("a");

    for (unsigned i = 0; i < key_count; ++i) {
        const std::size_t owner = owners[i] == 0 ? 3 : owners[i];
        BOOST_TEST((receivers(key(i)) == std::set<std::size_t>{owner}));
    }
}

BOOST_AUTO_TEST_CASE(of_two_with_one_node_key_the_one_that_subscribed_first_gets_it) {
    const PeerRef other = join("other");
    subscribe(other, topic);
    add_node("a");
    add_node("a");
    BOOST_TEST((receivers("x") == std::set<std::size_t>{0}));

    // Its place in the array changes, its age does not.
    leave(other);
    BOOST_TEST((receivers("x") == std::set<std::size_t>{0}));
    leave(nodes[0]);
    BOOST_TEST((receivers("x") == std::set<std::size_t>{1}));
}

BOOST_AUTO_TEST_CASE(the_choice_is_among_those_who_may_receive) {
    for (const char* nkey : {"a", "b", "c"}) add_node(nkey);

    for (unsigned i = 0; i < 50; ++i) {
        const std::size_t owner = *receivers(key(i)).begin();
        const std::string authid = std::string(1, static_cast<char>('a' + owner));
        const auto second = receivers(key(i), {{"exclude_authid", List{Value(authid)}}});
        BOOST_REQUIRE_EQUAL(second.size(), 1U);
        BOOST_TEST(*second.begin() != owner);
        BOOST_TEST((receivers(key(i), {{"eligible_authid", List{Value("c")}}}) ==
                    std::set<std::size_t>{2}));
    }
}

BOOST_AUTO_TEST_CASE(a_publisher_that_is_a_node_is_passed_over) {
    subscribe(publisher, topic, {{"nkey", "a"}});
    add_node("b");

    for (unsigned i = 0; i < 20; ++i) BOOST_TEST(receivers(key(i)).size() == 1U);
    BOOST_TEST(is_silent(publisher));
}

BOOST_AUTO_TEST_CASE(each_subscription_has_its_own_nodes) {
    add_node("a");
    add_node("a", "com", {{"match", "prefix"}});
    add_node("b", "com", {{"match", "prefix"}});

    for (unsigned i = 0; i < 20; ++i) {
        const auto got = receivers(key(i));
        BOOST_TEST(got.count(0) == 1U);
        BOOST_TEST(got.size() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(the_node_key_of_a_held_subscription_cannot_be_changed) {
    const PeerRef node = add_node("a");
    const auto again = [&](Dict options) {
        handle(node, Subscribe{next_request(), std::move(options), topic});
    };

    again({{"nkey", "a"}});
    expect<Subscribed>(node);
    again({{"nkey", "b"}});
    expect_error(node, MessageType::subscribe, uris::invalid_argument);
    again({});
    expect_error(node, MessageType::subscribe, uris::invalid_argument);
    BOOST_TEST((receivers("x") == std::set<std::size_t>{0}));
}

BOOST_AUTO_TEST_CASE(nothing_is_left_when_all_nodes_have_gone) {
    add_node("a");
    add_node("b");
    const PeerRef plain = join("plain");
    subscribe(plain, topic);

    leave(nodes[0]);
    leave(nodes[1]);
    publish(publisher, topic, {{"rkey", "x"}});
    expect<Event>(plain);
    leave(plain);

    BOOST_TEST(realm.counts().subscriptions == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
