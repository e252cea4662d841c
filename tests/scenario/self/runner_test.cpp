// A failing scenario must fail, at the right line, with both sides shown. A driver that says what
// it is told to stands in for the router.

#include "tests/scenario/lib/runner.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <map>

namespace kreisel::scenario {

namespace {

class ScriptedDriver final : public Driver {
  public:
    std::map<std::string, std::deque<Incoming>> incoming;
    std::vector<std::string> sent;
    std::string left_over;

    void say(const std::string& session, std::string_view json) {
        incoming[session].push_back({Incoming::Kind::message, parse_json(json)});
    }
    void connect(const std::string& session) override { sent.push_back(session + " connects"); }
    void send(const std::string& session, const Value& message) override {
        sent.push_back(session + " " + message_text(message));
    }
    void send_bytes(const std::string&, const std::string&) override {}
    void drop(const std::string& session) override { sent.push_back(session + " drops"); }
    Incoming next(const std::string& session, Wait) override {
        auto& queue = incoming[session];
        if (queue.empty()) return {};
        Incoming first = queue.front();
        queue.pop_front();
        return first;
    }
    void wait(Duration /*duration*/) override {}
    void control(const Step&) override {}
    std::string finish() override { return left_over; }
};

constexpr std::string_view head = "title T\ncovers 1\nA: raw\n";

std::optional<Failure> run(std::string_view body, ScriptedDriver& driver) {
    return run_script(parse_script(std::string(head) + std::string(body)), driver);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runner)

BOOST_AUTO_TEST_CASE(a_fitting_run_passes_and_sends_what_is_written) {
    ScriptedDriver driver;
    driver.say("A", "[33,1,77]");
    driver.say("A", "[35,2]");

    const auto failure =
        run("A> SUBSCRIBE 1 {\"match\":\"prefix\"} com.a\n"
            "A< SUBSCRIBED 1 $sub\n"
            "A> UNSUBSCRIBE 2 $sub\n"
            "A< UNSUBSCRIBED 2\n",
            driver);

    BOOST_TEST(!failure.has_value());
    BOOST_TEST(driver.sent.at(1) == "A SUBSCRIBE 1 {\"match\":\"prefix\"} \"com.a\"");
    BOOST_TEST(driver.sent.at(2) == "A UNSUBSCRIBE 2 77");
}

BOOST_AUTO_TEST_CASE(another_message_fails_at_its_line) {
    ScriptedDriver driver;
    driver.say("A", "[8,32,1,{},\"wamp.error.invalid_uri\"]");

    const auto failure = run("A> SUBSCRIBE 1 {} com.a\nA< SUBSCRIBED 1 $sub\n", driver);

    BOOST_REQUIRE(failure.has_value());
    BOOST_TEST(failure->line == 5);
    BOOST_TEST(failure->got == "ERROR 32 1 {} \"wamp.error.invalid_uri\"");
}

BOOST_AUTO_TEST_CASE(silence_fails_where_a_message_is_due) {
    ScriptedDriver driver;
    BOOST_TEST(run("A< SUBSCRIBED 1 $sub\n", driver)->got == "nothing");
}

BOOST_AUTO_TEST_CASE(a_message_fails_where_silence_is_due) {
    ScriptedDriver driver;
    driver.say("A", "[33,1,77]");
    BOOST_TEST(run("A< nothing\n", driver)->got == "SUBSCRIBED 1 77");
}

BOOST_AUTO_TEST_CASE(an_unread_message_at_the_end_fails) {
    ScriptedDriver driver;
    driver.say("A", "[33,1,77]");
    BOOST_TEST(run("", driver)->got == "SUBSCRIBED 1 77");
}

BOOST_AUTO_TEST_CASE(what_the_router_keeps_after_all_left_fails) {
    ScriptedDriver driver;
    driver.left_over = "sessions 1";
    BOOST_TEST(run("", driver)->got == "sessions 1");
}

BOOST_AUTO_TEST_CASE(later_messages_may_come_in_any_order_but_must_come) {
    ScriptedDriver driver;
    driver.say("A", "[36,2,9,{}]");
    driver.say("A", "[36,1,9,{}]");
    BOOST_TEST(!run("A<~ EVENT 1 $pub {}\nA<~ EVENT 2 $pub {}\n", driver).has_value());

    ScriptedDriver other;
    other.say("A", "[36,2,9,{}]");
    BOOST_TEST(run("A<~ EVENT 1 $pub {}\n", other)->got == "only EVENT 2 9 {}; ");
}

BOOST_AUTO_TEST_CASE(checks_compare_bound_names) {
    const auto checked = [](std::string_view body) {
        ScriptedDriver driver;
        driver.say("A", "[33,1,0]");
        return run("A< SUBSCRIBED $one $zero\n" + std::string(body), driver).has_value();
    };
    BOOST_TEST(!checked("check $one != $zero\n"));
    BOOST_TEST(checked("check $one == $zero\n"));
    BOOST_TEST(!checked("check $one is id\n"));
    BOOST_TEST(checked("check $zero is id\n"));
    BOOST_TEST(checked("check $one == $other\n"));
}

BOOST_AUTO_TEST_CASE(unknown_words_are_refused) {
    for (const auto* body : {"A> SUBSCRIB 1\n", "A: owner\n", "check $a ~ $b\n", "frobnicate\n",
                             "! close_realm realm1\n", "A> EVENT ... 1\n"}) {
        BOOST_CHECK_THROW((void)parse_script(std::string(head) + body), TextError);
    }
    BOOST_CHECK_THROW((void)parse_script("covers 1\nA: raw\n"), TextError);
    BOOST_CHECK_THROW((void)parse_script("title T\nA: raw\n"), TextError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::scenario
