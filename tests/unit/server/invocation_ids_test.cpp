// InvocationIds: the ids of invocations with refused ones left out, both ways.
#include "router/server/invocation_ids.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;

namespace {

void send(InvocationIds& ids, std::uint64_t id, std::uint64_t as_seen) {
    const auto seen = ids.to_peer(RequestId{id});
    BOOST_REQUIRE(seen.has_value());
    BOOST_TEST(seen->value == as_seen);
    BOOST_TEST(ids.to_realm(*seen).value == id);
    ids.note_sent(RequestId{id});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(invocation_ids)

BOOST_AUTO_TEST_CASE(ids_are_the_same_until_one_is_refused) {
    InvocationIds ids;
    send(ids, 1, 1);
    send(ids, 2, 2);
    BOOST_TEST(ids.are_equal());
    ids.note_refused(RequestId{3});
    BOOST_TEST(!ids.are_equal());
}

BOOST_AUTO_TEST_CASE(later_ids_move_up_and_earlier_ones_stay) {
    InvocationIds ids;
    send(ids, 1, 1);
    ids.note_refused(RequestId{2});
    ids.note_refused(RequestId{3});
    send(ids, 4, 2);
    ids.note_refused(RequestId{5});
    send(ids, 6, 3);
    BOOST_TEST(ids.gap_count() == 2U);
    BOOST_TEST(ids.to_realm(RequestId{1}).value == 1U);
    BOOST_TEST(ids.to_realm(RequestId{2}).value == 4U);
    BOOST_TEST(!ids.to_peer(RequestId{2}).has_value());
    BOOST_TEST(!ids.to_peer(RequestId{3}).has_value());
    BOOST_TEST(!ids.to_peer(RequestId{5}).has_value());
}

BOOST_AUTO_TEST_CASE(a_refused_first_invocation_leaves_no_gap) {
    InvocationIds ids;
    ids.note_refused(RequestId{1});
    send(ids, 2, 1);
}

BOOST_AUTO_TEST_CASE(a_continuation_of_an_invocation_the_peer_knows_makes_no_gap) {
    InvocationIds ids;
    send(ids, 1, 1);
    ids.note_refused(RequestId{1});
    send(ids, 2, 2);
    BOOST_TEST(ids.are_equal());
}

BOOST_AUTO_TEST_CASE(a_continuation_of_a_refused_invocation_counts_once) {
    InvocationIds ids;
    ids.note_refused(RequestId{1});
    ids.note_refused(RequestId{1});
    send(ids, 2, 1);
}

BOOST_AUTO_TEST_CASE(answers_to_ids_never_sent_stay_unknown) {
    InvocationIds ids;
    ids.note_refused(RequestId{1});
    ids.note_refused(RequestId{2});
    BOOST_TEST(ids.to_realm(RequestId{1}).value == 3U);
    BOOST_TEST(ids.to_realm(RequestId{0}).value == 0U);
}

BOOST_AUTO_TEST_CASE(folded_gaps_keep_the_ids_of_pending_invocations) {
    InvocationIds ids;
    for (std::uint64_t id = 1; id <= 100; ++id) {
        if (id % 2 == 0) {
            ids.note_refused(RequestId{id});
        } else {
            send(ids, id, (id + 1) / 2);
        }
    }
    BOOST_TEST(ids.gap_count() == 50U);
    ids.fold_below(RequestId{51});
    BOOST_TEST(ids.gap_count() == 25U);
    for (std::uint64_t id = 51; id <= 100; id += 2) {
        BOOST_TEST(ids.to_peer(RequestId{id})->value == (id + 1) / 2);
        BOOST_TEST(ids.to_realm(RequestId{(id + 1) / 2}).value == id);
    }
    // What is finished may be taken for another finished one, never for a pending one.
    for (std::uint64_t seen = 1; seen <= 25; ++seen) {
        BOOST_TEST(ids.to_realm(RequestId{seen}).value < 51U);
    }
    send(ids, 101, 51);
}

BOOST_AUTO_TEST_CASE(a_gap_that_reaches_over_the_bound_is_not_folded) {
    InvocationIds ids;
    send(ids, 1, 1);
    ids.note_refused(RequestId{2});
    ids.note_refused(RequestId{3});
    ids.fold_below(RequestId{3});
    BOOST_TEST(ids.gap_count() == 1U);
    ids.fold_below(RequestId{4});
    BOOST_TEST(ids.gap_count() == 0U);
    send(ids, 4, 2);
}

BOOST_AUTO_TEST_SUITE_END()
