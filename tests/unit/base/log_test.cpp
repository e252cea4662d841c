// Log lines: what an operator and a log collector read.
#include "common/base/log.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;

BOOST_AUTO_TEST_SUITE(log_lines)

BOOST_AUTO_TEST_CASE(text_lines_quote_what_has_spaces) {
    BOOST_TEST(log_line(LogLevel::info, "session joined",
                        {{"realm", "realm1"}, {"why", "no rule"}, {"session", 7}},
                        LogFormat::text) ==
               "info  session joined realm=realm1 why=\"no rule\" session=7");
}

BOOST_AUTO_TEST_CASE(a_peer_cannot_forge_a_line) {
    BOOST_TEST(log_line(LogLevel::warning, "refused", {{"authid", "joe\nerror  forged"}},
                        LogFormat::text) == "warning  refused authid=\"joe\\u000aerror  forged\"");
}

BOOST_AUTO_TEST_CASE(json_lines_keep_numbers_as_numbers) {
    BOOST_TEST(
        log_line(LogLevel::error, "accept", {{"limit", 20000}, {"why", "a \"b\""}},
                 LogFormat::json) ==
        "{\"level\":\"error\",\"event\":\"accept\",\"limit\":20000,\"why\":\"a \\\"b\\\"\"}");
}

BOOST_AUTO_TEST_CASE(levels_have_names_both_ways) {
    for (const auto level : {LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::warning,
                             LogLevel::error, LogLevel::off}) {
        BOOST_TEST(log_level_of(to_text(level)).has_value());
        BOOST_TEST((log_level_of(to_text(level)) == level));
    }
    BOOST_TEST(!log_level_of("loud").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
