// What a shard counts, and how it is told.
#include "router/server/metrics_text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace kreisel;

BOOST_AUTO_TEST_SUITE(server_metrics)

BOOST_AUTO_TEST_CASE(shards_are_added_up) {
    ShardMetrics first;
    ShardMetrics second;
    first.bytes_sent.add(40);
    second.bytes_sent.add(2);
    first.outbox_bytes.add(100);
    first.outbox_bytes.take(30);
    first.reached(Limit::nesting_max);
    second.closed(SessionEnd::idle);
    RouterReading router;
    router.shards = {&first, &second};

    const std::string text = metrics_text(router, {});

    BOOST_TEST(text.find("\nkreisel_bytes_sent_total 42\n") != std::string::npos);
    BOOST_TEST(text.find("\nkreisel_outbox_bytes 70\n") != std::string::npos);
    BOOST_TEST(text.find("{limit=\"nesting_max\"} 1\n") != std::string::npos);
    BOOST_TEST(text.find("{why=\"idle\"} 1\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_label_is_escaped) {
    RouterReading router;
    router.realms.push_back({"a\"b\\c", {}, {}});

    const std::string text = metrics_text(router, {});

    BOOST_TEST(text.find("kreisel_sessions{realm=\"a\\\"b\\\\c\"} 0\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(login_failures_have_a_row_for_each_method_up_to_a_number) {
    LoginFailures failures;
    std::string names;
    for (char c = 'a'; c < 'a' + 20; ++c) names.push_back(c);
    const std::string_view all(names);

    failures.add("ticket");
    failures.add("ticket");
    for (std::size_t i = 0; i < all.size(); ++i) failures.add(all.substr(i, 1));

    BOOST_TEST(failures.row(0).method == "ticket");
    BOOST_TEST(failures.row(0).count == 2U);
    BOOST_TEST(failures.row(1).method == "a");
    const auto last = failures.row(LoginFailures::names_max - 1);
    BOOST_TEST(last.count == 1U + all.size() - (LoginFailures::names_max - 1));
    BOOST_TEST(failures.row(LoginFailures::names_max).method.empty());
}

BOOST_AUTO_TEST_SUITE_END()
