#pragma once
// What every cell of the matrix does: all operations of a session, between a caller and a callee.
//
// One function for each behaviour; `all_operations` lists them. The names say what must be so.

#include "tests/unit/client_matrix/faces.hpp"
#include "tests/unit/client_matrix/procedures.hpp"

#include <vector>

namespace kreisel::client::matrix {

/// The two sessions of a cell; `number` makes names that no other cell uses.
template <class SomeFace>
struct Cell {
    SomeFace& caller;
    SomeFace& callee;
    int number = 0;

    [[nodiscard]] std::string topic(const std::string& name) const {
        return "com.example.c" + std::to_string(number) + "." + name;
    }
};

/// All events that were on their way to `face` have come: its own call came after them.
template <class SomeFace>
void settle(SomeFace& face) {
    face.call("wamp.session.count");
}

template <class SomeFace>
void arguments_arrive_and_come_back(Cell<SomeFace>& cell) {
    cell.callee.provide("com.example.echo", &echo);
    const List args{7, -1.5, "Gr\u00f6\u00dfe", Blob{{0, 255, 1}}, List{1, List{}}, nullptr, true};
    const Dict named{{"limit", 10}, {"none", nullptr}, {"in", Dict{{"a", 1}}}};

    BOOST_TEST((cell.caller.template call<Reply>("com.example.echo", Rest{args}, kwargs(named)) ==
                Reply{args, named}));
    BOOST_TEST((cell.caller.template call<Reply>("com.example.echo") == Reply{}));
    const auto [first, second] = cell.caller.template call<std::tuple<int, std::string>>(
        "com.example.echo", 3, std::string("three"));
    BOOST_TEST(first == 3);
    BOOST_TEST(second == "three");
}

template <class SomeFace>
void large_payloads_arrive_whole(Cell<SomeFace>& cell) {
    const Blob octets = large_blob();
    const std::string text(1'300'000, 'x');

    BOOST_TEST((cell.caller.template call<Blob>("com.example.echo", octets) == octets));
    BOOST_TEST((cell.caller.template call<std::string>("com.example.echo", text) == text));
}

template <class SomeFace>
void parts_of_a_result_come_in_order(Cell<SomeFace>& cell) {
    cell.callee.provide("com.example.count", &count);
    const auto stream = cell.caller.session().template stream<int>("com.example.count", 4);

    std::vector<int> parts;
    while (const auto part = cell.caller.next(stream)) parts.push_back(*part);

    BOOST_TEST(parts == (std::vector{1, 2, 3, 4, 10}), boost::test_tools::per_element());
    BOOST_TEST(cell.caller.template call<int>("com.example.count", 4) == 10);
}

template <class SomeFace>
void an_exchange_goes_both_ways(Cell<SomeFace>& cell) {
    cell.callee.provide("com.example.double", &double_each);
    const auto exchange = cell.caller.session().template exchange<int>("com.example.double", 1);

    BOOST_TEST(cell.caller.next(exchange).value() == 2);
    cell.caller.send(exchange, 20);
    BOOST_TEST(cell.caller.next(exchange).value() == 40);
    cell.caller.end(exchange, 300);
    BOOST_TEST(cell.caller.next(exchange).value() == 600);
    BOOST_TEST(cell.caller.next(exchange).value() == 321);
    BOOST_TEST(!cell.caller.next(exchange).has_value());
}

template <class SomeFace>
void a_procedure_stands_until_it_is_given_up(Cell<SomeFace>& cell) {
    const Registration first = cell.callee.provide("com.example.alone", &echo);
    const Error twice = thrown_by([&] { cell.caller.provide("com.example.alone", &echo); });
    cell.callee.unregister(first);
    const Error gone = thrown_by([&] { cell.caller.call("com.example.alone"); });
    cell.caller.provide({"com.example.alone", with::match(MatchPolicy::prefix)}, &procedure_name);

    BOOST_TEST(twice.uri() == uris::procedure_already_exists);
    BOOST_TEST(gone.uri() == uris::no_such_procedure);
    BOOST_TEST(cell.callee.template call<std::string>("com.example.alone.not") ==
               "com.example.alone.not");
}

template <class SomeFace>
void events_reach_who_asked_for_them(Cell<SomeFace>& cell) {
    Inbox exact;
    Inbox prefix;
    Inbox wildcard;
    const std::string topic = cell.topic("heat.kitchen");
    const std::string middle = "com.example..heat.kitchen";
    const Subscription first = cell.callee.subscribe(topic, exact.handler());
    cell.callee.subscribe({cell.topic("heat."), with::match(MatchPolicy::prefix)},
                          prefix.handler());
    cell.callee.subscribe({middle, with::match(MatchPolicy::wildcard)}, wildcard.handler());

    const PublicationId publication = cell.caller.publish(
        {topic, with::acknowledge(), with::disclose_me()}, 21.5, "C", kwargs({{"sensor", 3}}));
    settle(cell.callee);

    const Reply payload{{21.5, "C"}, {{"sensor", 3}}};
    const SessionId publisher = cell.caller.session().identity().session;
    for (Inbox* inbox : {&exact, &prefix, &wildcard}) {
        BOOST_TEST((inbox->take() == std::vector<Heard>{{topic, publication, publisher, payload}}));
    }
    cell.callee.unsubscribe(first);
    cell.caller.publish({topic, with::acknowledge()});
    settle(cell.callee);
    BOOST_TEST(exact.take().empty());
    BOOST_TEST(prefix.take().size() == 1U);
}

template <class SomeFace>
void publishers_choose_who_hears(Cell<SomeFace>& cell) {
    Inbox own;
    Inbox other;
    const std::string topic = cell.topic("chosen");
    cell.caller.subscribe(topic, own.handler());
    cell.callee.subscribe(topic, other.handler());
    const SessionId caller = cell.caller.session().identity().session;
    const SessionId callee = cell.callee.session().identity().session;
    const auto publish = [&](const std::string& text, const auto&... options) {
        cell.caller.publish({topic, with::acknowledge(), options...}, text);
    };

    publish("others");
    publish("all", with::exclude_me(false));
    publish("only the publisher", with::exclude_me(false), with::eligible({caller}));
    publish("all but one", with::exclude_me(false), with::exclude({callee}));
    publish("nobody", with::exclude_me(false), with::eligible({}));
    BOOST_TEST(cell.caller.publish({topic, with::exclude_me(false)}, "at once").value == 0U);
    settle(cell.caller);
    settle(cell.callee);

    BOOST_TEST(own.texts() == (std::vector<std::string>{"all", "only the publisher", "all but one",
                                                        "at once"}),
               boost::test_tools::per_element());
    BOOST_TEST(other.texts() == (std::vector<std::string>{"others", "all", "at once"}),
               boost::test_tools::per_element());
}

template <class SomeFace>
void a_retained_event_waits_for_its_subscriber(Cell<SomeFace>& cell) {
    Inbox late;
    const std::string topic = cell.topic("door");
    cell.caller.publish({topic, with::acknowledge(), with::retain()}, "closed");

    cell.callee.subscribe({topic, with::get_retained()}, late.handler());
    settle(cell.callee);

    BOOST_TEST(late.texts() == std::vector<std::string>{"closed"},
               boost::test_tools::per_element());
}

template <class SomeFace>
void errors_arrive_exactly(Cell<SomeFace>& cell) {
    cell.callee.provide("com.example.odd", &throw_odd_error);
    const auto error_of = [&cell](const std::string& procedure, const auto&... args) {
        return thrown_by([&] { cell.caller.template call<int>(procedure, args...); });
    };

    BOOST_TEST((error_of("com.example.odd", 3) == odd_error()));
    BOOST_TEST(error_of("com.example.odd", "three").uri() == uris::invalid_argument);
    BOOST_TEST(error_of("com.example.echo", "three").uri() == uris::wrong_type);
    BOOST_TEST(error_of("com.example.nothing").uri() == uris::no_such_procedure);
    BOOST_TEST(error_of("com.example.no uri").uri() == uris::invalid_uri);
    BOOST_TEST(thrown_by([&] { cell.caller.subscribe("com.example.no uri", &ignore); }).uri() ==
               uris::invalid_uri);
}

template <class SomeFace>
void a_call_is_given_up(Cell<SomeFace>& cell) {
    Slow slow;
    const Registration registration = cell.callee.provide("com.example.slow", slow.handler());
    for (const CancelMode mode : {CancelMode::skip, CancelMode::killnowait, CancelMode::kill}) {
        BOOST_TEST_CONTEXT(to_text(mode)) {
            std::stop_source source;
            auto outcome = cell.caller.template begin_call<int>(
                {"com.example.slow", with::stop(source.get_token()), with::cancel_mode(mode)});
            slow.wait_until_called();

            source.request_stop();
            if (mode != CancelMode::skip) slow.wait_until_stopped();
            if (mode == CancelMode::kill) slow.fail(odd_error());

            const Error error = thrown_by([&] { finish(std::move(outcome)); });
            BOOST_TEST(error.uri() ==
                       (mode == CancelMode::kill ? odd_error().uri() : uris::canceled));
            slow.answer(1);
        }
    }
    cell.callee.unregister(registration);
}

template <class SomeFace>
void a_call_that_takes_too_long_ends(Cell<SomeFace>& cell) {
    Slow slow;
    const Registration registration = cell.callee.provide("com.example.late", slow.handler());
    auto outcome = cell.caller.template begin_call<int>({"com.example.late", with::timeout(20ms)});

    BOOST_TEST(thrown_by([&] { finish(std::move(outcome)); }).uri() == uris::timeout);
    slow.wait_until_stopped();
    slow.answer(1);
    cell.callee.unregister(registration);
}

template <class SomeFace>
void payloads_that_the_router_does_not_read_pass(Cell<SomeFace>& cell) {
    Inbox inbox;
    const std::string topic = cell.topic("sealed");
    const Blob sealed{{0x00, 0xff, 0xc1, 0x80}};
    cell.callee.subscribe(topic, inbox.handler());
    cell.callee.provide("com.example.open", &open_sealed);

    cell.caller.publish({topic, with::acknowledge(), with::passthru("x_test", "cbor")}, sealed);
    const auto seen = cell.caller.template call<std::tuple<std::string, std::string, Blob>>(
        {"com.example.open", with::passthru("x_test", "cbor")}, sealed);
    settle(cell.callee);

    BOOST_TEST((seen == std::tuple<std::string, std::string, Blob>("x_test", "cbor", sealed)));
    const auto heard = inbox.take();
    BOOST_REQUIRE(heard.size() == 1U);
    BOOST_TEST((heard.front().payload == Reply{{sealed}, {}}));
}

template <class SomeFace>
void who_has_left_is_told_so(Cell<SomeFace>& cell) {
    cell.caller.leave();
    cell.callee.leave();

    BOOST_TEST(thrown_by([&] { cell.caller.call("wamp.session.count"); }).uri() == uris::closed);
}

template <class SomeFace>
struct Operation {
    const char* name;
    void (*run)(Cell<SomeFace>& cell);
};

/// In this order: the first provides what others call, the last leaves.
template <class SomeFace>
inline constexpr std::array all_operations = {
    Operation<SomeFace>{"arguments", &arguments_arrive_and_come_back},
    Operation<SomeFace>{"large payloads", &large_payloads_arrive_whole},
    Operation<SomeFace>{"progressive results", &parts_of_a_result_come_in_order},
    Operation<SomeFace>{"exchange", &an_exchange_goes_both_ways},
    Operation<SomeFace>{"registrations", &a_procedure_stands_until_it_is_given_up},
    Operation<SomeFace>{"events", &events_reach_who_asked_for_them},
    Operation<SomeFace>{"publish options", &publishers_choose_who_hears},
    Operation<SomeFace>{"retained events", &a_retained_event_waits_for_its_subscriber},
    Operation<SomeFace>{"errors", &errors_arrive_exactly},
    Operation<SomeFace>{"cancel", &a_call_is_given_up},
    Operation<SomeFace>{"timeout", &a_call_that_takes_too_long_ends},
    Operation<SomeFace>{"payload passthru", &payloads_that_the_router_does_not_read_pass},
    Operation<SomeFace>{"leave", &who_has_left_is_told_so},
};

}  // namespace kreisel::client::matrix
