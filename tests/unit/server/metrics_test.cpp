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

BOOST_AUTO_TEST_CASE(background_pools_are_told_apart) {
    RouterReading router;
    router.password_checks = {.waiting = 3, .done = 20, .refused = 1};
    router.user_databases = {{"realm1", {.waiting = 0, .done = 7, .refused = 2}, 4}};

    const std::string text = metrics_text(router, {});

    const auto has = [&text](const std::string& line) {
        return text.find("\n" + line + "\n") != std::string::npos;
    };
    BOOST_TEST(has("kreisel_background_waiting{pool=\"password_checks\"} 3"));
    BOOST_TEST(has("kreisel_background_done_total{pool=\"password_checks\"} 20"));
    BOOST_TEST(has("kreisel_background_refused_total{pool=\"user_database\",realm=\"realm1\"} 2"));
    BOOST_TEST(has("kreisel_user_database_errors_total{realm=\"realm1\"} 4"));
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
