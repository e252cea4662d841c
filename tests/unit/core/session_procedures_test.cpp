// wamp.session.*: what is told, who may be killed, what comes of wrong arguments.

#include "tests/unit/core/meta_fixture.hpp"

namespace kreisel::test {

BOOST_FIXTURE_TEST_SUITE(session_procedures, Meta)

BOOST_AUTO_TEST_CASE(sessions_are_counted_and_listed_by_role) {
    const PeerRef alice = join("alice");
    const SessionId alice_id = last_id();
    join("bob", {}, "admin");
    const SessionId bob_id = last_id();

    BOOST_TEST((ask_one(alice, "wamp.session.count") == Value(2)));
    BOOST_TEST((ask_one(alice, "wamp.session.count", {Value()}) == Value(2)));
    BOOST_TEST((ask_one(alice, "wamp.session.count", {Value(List{"admin", "x"})}) == Value(1)));
    BOOST_TEST((ask_one(alice, "wamp.session.count", {Value(List{})}) == Value(0)));
    BOOST_TEST((ask_one(alice, "wamp.session.list") == Value(List{alice_id, bob_id})));
    BOOST_TEST(
        (ask_one(alice, "wamp.session.list", {Value(List{"admin"})}) == Value(List{bob_id})));
}

BOOST_AUTO_TEST_CASE(details_are_the_identity) {
    SessionInfo info;
    info.id = SessionId{7};
    info.authid = "carl";
    info.authrole = "user";
    info.authmethod = "ticket";
    info.authprovider = "static";
    info.transport = Dict{{"type", "test"}};
    BOOST_REQUIRE(realm.join(std::move(info), effects).has_value());
    effects.clear();
    const PeerRef alice = join("alice");

    const Dict expected{{"session", 7},
                        {"authid", "carl"},
                        {"authrole", "user"},
                        {"authmethod", "ticket"},
                        {"authprovider", "static"},
                        {"transport", Dict{{"type", "test"}}}};
    BOOST_TEST((ask_one(alice, "wamp.session.get", {7}) == Value(expected)));
    ask_in_vain(alice, uris::no_such_session, "wamp.session.get", {8});
}

BOOST_AUTO_TEST_CASE(wrong_arguments_are_refused) {
    const PeerRef alice = join("alice");
    const auto refused = [&](Uri procedure, const List& args, const Dict& kwargs = {}) {
        ask_in_vain(alice, uris::invalid_argument, std::move(procedure), args, kwargs);
    };

    refused("wamp.session.count", {1});
    refused("wamp.session.count", {Value(List{1})});
    refused("wamp.session.count", {List{}, 2});
    refused("wamp.session.list", {"user"});
    refused("wamp.session.get", {});
    refused("wamp.session.get", {"7"});
    refused("wamp.session.get", {0});
    refused("wamp.session.get", {-1});
    refused("wamp.session.kill", {});
    refused("wamp.session.kill", {7}, {{"message", 1}});
    refused("wamp.session.kill_by_authid", {1});
    refused("wamp.session.kill_by_authrole", {});
    refused("wamp.session.kill_all", {1});
    refused("wamp.session.modify_details", {7});
    refused("wamp.session.modify_details", {7, 8});
}

BOOST_AUTO_TEST_CASE(a_killed_session_gets_reason_and_message_and_is_gone) {
    const PeerRef alice = join("alice");
    const PeerRef bob = join("bob");
    const SessionId bob_id = last_id();

    const Arguments result = ask(alice, "wamp.session.kill", {bob_id},
                                 {{"reason", "com.example.over"}, {"message", "go home"}});

    BOOST_TEST(result.args.empty());
    expect_goodbye(bob, "com.example.over", "go home");
    ask_in_vain(alice, uris::no_such_session, "wamp.session.kill", {bob_id});
    BOOST_TEST(realm.counts().sessions == 1);
}

BOOST_AUTO_TEST_CASE(the_reason_is_killed_unless_one_is_given) {
    const PeerRef alice = join("alice");
    const PeerRef bob = join("bob");

    ask(alice, "wamp.session.kill", {last_id()}, {{"reason", Value()}});

    expect_goodbye(bob, uris::close_killed);
}

BOOST_AUTO_TEST_CASE(nobody_kills_itself) {
    const PeerRef alice = join("alice");

    ask_in_vain(alice, uris::no_such_session, "wamp.session.kill", {last_id()});

    BOOST_TEST(realm.counts().sessions == 1);
}

BOOST_AUTO_TEST_CASE(a_bad_reason_is_an_invalid_uri_and_kills_nobody) {
    const PeerRef alice = join("alice");
    join("bob");
    const SessionId bob_id = last_id();

    for (const Value& reason : {Value(""), Value("not a uri"), Value("a..b"), Value(7)}) {
        const Dict kwargs{{"reason", reason}};
        ask_in_vain(alice, uris::invalid_uri, "wamp.session.kill", {bob_id}, kwargs);
        ask_in_vain(alice, uris::invalid_uri, "wamp.session.kill_by_authid", {"bob"}, kwargs);
        ask_in_vain(alice, uris::invalid_uri, "wamp.session.kill_by_authrole", {"user"}, kwargs);
        ask_in_vain(alice, uris::invalid_uri, "wamp.session.kill_all", {}, kwargs);
    }

    BOOST_TEST(realm.counts().sessions == 2);
}

BOOST_AUTO_TEST_CASE(kill_by_authid_lists_whom_it_killed_but_not_the_caller) {
    const PeerRef caller = join("bob");
    const PeerRef first = join("bob");
    const SessionId first_id = last_id();
    const PeerRef second = join("bob");
    const SessionId second_id = last_id();
    const PeerRef other = join("alice");

    const Value killed = ask_one(caller, "wamp.session.kill_by_authid", {"bob"});

    BOOST_TEST((killed == Value(List{first_id, second_id})));
    expect_goodbye(first, uris::close_killed);
    expect_goodbye(second, uris::close_killed);
    BOOST_TEST(is_silent(other));
    BOOST_TEST((ask_one(caller, "wamp.session.kill_by_authid", {"nobody"}) == Value(List{})));
}

BOOST_AUTO_TEST_CASE(kill_by_authrole_counts_whom_it_killed_but_not_the_caller) {
    const PeerRef caller = join("alice", {}, "admin");
    const PeerRef first = join("bob", {}, "admin");
    const PeerRef other = join("carl");

    BOOST_TEST((ask_one(caller, "wamp.session.kill_by_authrole", {"admin"}) == Value(1)));

    expect_goodbye(first, uris::close_killed);
    BOOST_TEST(is_silent(other));
}

BOOST_AUTO_TEST_CASE(those_killed_together_hear_nothing_of_each_other) {
    const PeerRef caller = join("alice", {}, "admin");
    const PeerRef bob = join("bob");
    const SubscriptionId watched = subscribe(bob, "wamp.session.on_leave");
    const PeerRef carl = join("carl");
    register_(carl, "com.a");
    call(bob, "com.a");
    subscribe(caller, "wamp.session.on_leave");
    forget_all();

    send_call(caller, "wamp.session.kill_by_authrole", {"user"}, {});

    expect_goodbye(bob, uris::close_killed);
    expect_goodbye(carl, uris::close_killed);
    expect<ResultMessage>(caller);
    BOOST_TEST((event_args(caller) == List{102, "bob", "user"}));
    BOOST_TEST((event_args(caller) == List{103, "carl", "user"}));
    BOOST_TEST(watched.value == 1);
    BOOST_TEST(realm.counts().pending_calls == 0);
}

BOOST_AUTO_TEST_CASE(kill_all_leaves_the_caller_and_tells_nothing) {
    const PeerRef caller = join("alice");
    subscribe(caller, "", {{"match", "prefix"}});
    const PeerRef bob = join("bob");
    register_(bob, "com.a");
    subscribe(bob, "com.b");
    ask(bob, "wamp.session.add_testament", {"com.will"});
    forget_all();

    BOOST_TEST((ask_one(caller, "wamp.session.kill_all", {}, {{"message", "over"}}) == Value(1)));

    expect_goodbye(bob, uris::close_killed, "over");
    BOOST_TEST(is_silent(caller));
    RealmCounts left;
    left.sessions = 1;
    left.subscriptions = 1;
    left.subscribers = 1;
    BOOST_TEST((realm.counts() == left));
}

BOOST_AUTO_TEST_CASE(details_can_be_added_changed_and_taken_away_but_not_the_identity) {
    const PeerRef alice = join("alice");
    const SessionId id = last_id();
    const auto modify = [&](Dict changes) {
        BOOST_TEST(
            ask(alice, "wamp.session.modify_details", {id, std::move(changes)}).args.empty());
    };
    const auto details = [&] { return *ask_one(alice, "wamp.session.get", {id}).get_if<Dict>(); };

    modify({{"pi", 3.14}, {"room", "a"}});
    modify({{"pi", Value()}, {"room", "b"}});

    BOOST_TEST(!details().has("pi"));
    BOOST_TEST(text_of(details(), "room") == "b");
    for (const char* key :
         {"session", "authid", "authrole", "authmethod", "authprovider", "transport"}) {
        ask_in_vain(alice, uris::invalid_argument, "wamp.session.modify_details",
                    {id, Dict{{"room", "c"}, {key, "x"}}});
    }
    BOOST_TEST(text_of(details(), "room") == "b");
    BOOST_TEST(text_of(details(), "authid") == "alice");
    ask_in_vain(alice, uris::no_such_session, "wamp.session.modify_details", {99, Dict{}});
}

BOOST_AUTO_TEST_CASE(a_pending_request_id_is_a_violation_for_meta_procedures_too) {
    const PeerRef alice = join("alice");
    const PeerRef bob = join("bob");
    register_(bob, "com.a");
    const RequestId pending = call(alice, "com.a");

    handle(alice, Call{pending, {}, "wamp.session.count", {}});

    BOOST_TEST(expect<Abort>(alice).reason == uris::protocol_violation);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(details_have_a_limit) {
    RealmLimits limits;
    limits.detail_bytes_per_session = 100;
    Meta core(open_permissions(), limits);
    const PeerRef alice = core.join("alice");
    const List fits{core.last_id(), Dict{{"note", std::string(80, 'x')}}};
    const List beyond{core.last_id(), Dict{{"more", std::string(30, 'x')}}};

    core.ask(alice, "wamp.session.modify_details", fits);
    core.ask_in_vain(alice, uris::limit_exceeded, "wamp.session.modify_details", beyond);
    core.ask(alice, "wamp.session.modify_details", {core.last_id(), Dict{{"note", Value()}}});
    core.ask(alice, "wamp.session.modify_details", beyond);
}

}  // namespace kreisel::test
