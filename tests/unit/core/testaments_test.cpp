// Testaments: when they are published, in which order, and when they are not.

#include "tests/unit/core/meta_fixture.hpp"

namespace kreisel::test {

namespace {

/// Somebody who hears of everything below com.
struct Willing : Meta {
    explicit Willing(PermissionsPtr permissions = open_permissions(), RealmLimits limits = {})
        : Meta(std::move(permissions), limits) {
        heir = join("heir", {}, "admin");
        subscribe(heir, "com", {{"match", "prefix"}});
        alice = join("alice");
    }
    void add(Uri topic, const List& args = {}, const Dict& kwargs = {}) {
        ask(alice, "wamp.session.add_testament", {std::move(topic), args, Dict{}}, kwargs);
    }
    /// Topics of what the heir got.
    std::vector<std::string> topics() {
        std::vector<std::string> all;
        while (!is_silent(heir)) all.push_back(text_of(expect<Event>(heir).details, "topic"));
        return all;
    }

    PeerRef heir;
    PeerRef alice;
};

using Topics = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(testaments, Willing)

BOOST_AUTO_TEST_CASE(a_testament_is_published_as_it_was_given) {
    const List will{"com.will", List{1, "two"}, Dict{{"three", 3}}};
    BOOST_TEST(ask(alice, "wamp.session.add_testament", will).args.empty());
    BOOST_TEST(is_silent(heir));

    leave(alice);

    const Event event = expect<Event>(heir);
    BOOST_TEST((event.details == Dict{{"topic", "com.will"}}));
    const Arguments payload = read_payload(event.payload);
    BOOST_TEST((payload.args == List{1, "two"}));
    BOOST_TEST((payload.kwargs == Dict{{"three", 3}}));
}

BOOST_AUTO_TEST_CASE(detached_ones_go_before_destroyed_ones_each_in_order) {
    add("com.1");
    add("com.2", {}, {{"scope", "detached"}});
    add("com.3", {}, {{"scope", "destroyed"}});
    add("com.4", {}, {{"scope", "detached"}});

    leave(alice);

    BOOST_TEST((topics() == Topics{"com.2", "com.4", "com.1", "com.3"}));
}

BOOST_AUTO_TEST_CASE(flushing_takes_one_scope_away) {
    const auto fill = [this] {
        add("com.destroyed");
        add("com.detached", {}, {{"scope", "detached"}});
    };
    fill();
    BOOST_TEST(ask(alice, "wamp.session.flush_testaments").args.empty());
    fill();
    ask(alice, "wamp.session.flush_testaments", {}, {{"scope", "detached"}});
    fill();
    ask(alice, "wamp.session.flush_testaments", {"detached"});

    leave(alice);

    BOOST_TEST((topics() == Topics{"com.destroyed", "com.destroyed"}));
}

BOOST_AUTO_TEST_CASE(options_and_scope_may_be_positional) {
    ask(alice, "wamp.session.add_testament",
        {"com.a", List{}, Dict{}, Dict{{"exclude_authid", List{"heir"}}}, "detached"});
    ask(alice, "wamp.session.add_testament", {"com.b", Value(), Value(), Value(), "detached"});
    ask(alice, "wamp.session.flush_testaments");

    leave(alice);

    BOOST_TEST((topics() == Topics{"com.b"}));
}

BOOST_AUTO_TEST_CASE(publish_options_are_honoured_but_for_acknowledge) {
    add("com.a", {}, {{"publish_options", Dict{{"disclose_me", true}, {"acknowledge", true}}}});
    add("com.b", {}, {{"publish_options", Dict{{"exclude_authid", List{"heir"}}}}});

    leave(alice);

    const Event event = expect<Event>(heir);
    BOOST_TEST(text_of(event.details, "publisher_authid") == "alice");
    BOOST_TEST(is_silent(heir));
    BOOST_TEST(is_silent(alice));
}

BOOST_AUTO_TEST_CASE(goodbye_kill_and_violation_publish_too) {
    const PeerRef bob = join("bob");
    const SessionId bob_id = last_id();
    const PeerRef carl = join("carl");
    for (const PeerRef peer : {alice, bob, carl}) {
        ask(peer, "wamp.session.add_testament", {"com.will"});
    }

    handle(alice, Goodbye{{}, Uri(uris::close_normal)});
    BOOST_TEST((topics() == Topics{"com.will"}));
    send_call(heir, "wamp.session.kill", {bob_id}, {});
    BOOST_TEST(text_of(expect<Event>(heir).details, "topic") == "com.will");
    expect<ResultMessage>(heir);
    handle(carl, Yield{RequestId{7}, {}, {}});
    BOOST_TEST((topics() == Topics{"com.will"}));
}

BOOST_AUTO_TEST_CASE(the_dead_hear_no_testament_not_even_their_own) {
    subscribe(alice, "com.will");
    ask(alice, "wamp.session.add_testament",
        {"com.will", List{}, Dict{}, Dict{{"exclude_me", false}}});
    forget_all();

    leave(alice);

    BOOST_TEST(is_silent(alice));
    BOOST_TEST(waiting(heir) == 1);
}

BOOST_AUTO_TEST_CASE(a_closing_realm_publishes_none) {
    add("com.will");
    forget_all();

    realm.close_all(uris::close_realm, effects);
    deliver();

    expect<Goodbye>(heir);
    BOOST_TEST(is_silent(heir));
}

BOOST_AUTO_TEST_CASE(testaments_come_before_the_leaving_is_told) {
    subscribe(heir, "wamp.session.on_leave");
    add("com.will");
    forget_all();

    leave(alice);

    BOOST_TEST(text_of(expect<Event>(heir).details, "topic") == "com.will");
    BOOST_TEST((event_args(heir) == List{102, "alice", "user"}));
}

BOOST_AUTO_TEST_CASE(wrong_testaments_are_refused_at_once) {
    const auto refused = [&](std::string_view error, const List& args, const Dict& kwargs = {}) {
        ask_in_vain(alice, error, "wamp.session.add_testament", args, kwargs);
    };

    refused(uris::invalid_argument, {});
    refused(uris::invalid_argument, {1});
    refused(uris::invalid_argument, {"com.a", 1});
    refused(uris::invalid_argument, {"com.a", List{}, List{}});
    refused(uris::invalid_argument, {"com.a", List{}, Dict{}, 1});
    refused(uris::invalid_argument, {"com.a", List{}, Dict{}, Dict{}, "detached", 6});
    refused(uris::invalid_argument, {"com.a"}, {{"scope", "frozen"}});
    refused(uris::invalid_argument, {"com.a"}, {{"scope", 1}});
    refused(uris::feature_not_supported, {"com.a"},
            {{"publish_options", Dict{{"ppt_scheme", "x_a"}}}});
    refused(uris::invalid_argument, {"com.a"}, {{"publish_options", Dict{{"retain", 1}}}});
    refused(uris::invalid_uri, {"com..a"});
    refused(uris::invalid_uri, {"wamp.session.on_join"});
    ask_in_vain(alice, uris::invalid_argument, "wamp.session.flush_testaments", {"frozen"});

    leave(alice);
    BOOST_TEST(is_silent(heir));
}

BOOST_AUTO_TEST_CASE(a_reload_takes_testaments_away_that_are_not_allowed_any_more) {
    add("com.kept");
    add("com.lost");
    const RolePermissions all({make_rule("", MatchPolicy::prefix, true)});
    const RolePermissions some({make_rule("", MatchPolicy::prefix, true),
                                make_rule("com.lost", MatchPolicy::exact, false)});
    realm.set_permissions(make_permissions({{"user", some}, {"admin", all}}), effects);
    deliver();

    leave(alice);

    BOOST_TEST((topics() == Topics{"com.kept"}));
}

BOOST_AUTO_TEST_CASE(who_loses_the_role_has_no_testament) {
    add("com.lost");
    const RolePermissions all({make_rule("", MatchPolicy::prefix, true)});
    realm.set_permissions(make_permissions({{"admin", all}}), effects);
    deliver();

    expect_goodbye(alice, uris::close_killed, "the session's role was removed");
    BOOST_TEST(is_silent(heir));
    BOOST_TEST(realm.counts().sessions == 1);
}

BOOST_AUTO_TEST_CASE(many_testaments_of_many_sessions_go_out_in_slices) {
    std::vector<PeerRef> dying;
    for (int i = 0; i < 30; ++i) {
        dying.push_back(join("bob"));
        for (int j = 0; j < 50; ++j) {
            ask(dying.back(), "wamp.session.add_testament", {"com.x" + std::to_string(j)});
        }
    }
    forget_all();

    send_call(heir, "wamp.session.kill_by_authid", {"bob"}, {});
    const bool is_left_over = realm.next_deadline().has_value();
    // Rules that change meanwhile hold for what is left over.
    realm.set_permissions(open_permissions(), effects);
    deliver();
    while (realm.next_deadline()) {
        realm.on_time(TimePoint{}, effects);
        deliver();
    }

    BOOST_TEST(is_left_over);
    BOOST_TEST(waiting(heir) == 30 * 50 + 1);
    BOOST_TEST(realm.counts().sessions == 2);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(testaments_have_limits_in_number_and_bytes) {
    RealmLimits limits;
    limits.testaments_per_session = 2;
    limits.testament_bytes_per_session = 100;
    Willing core(open_permissions(), limits);
    const auto refused = [&](const List& args) {
        core.ask_in_vain(core.alice, uris::limit_exceeded, "wamp.session.add_testament", args);
    };

    refused({"com.a", List{std::string(100, 'x')}});
    core.add("com.a", {std::string(70, 'x')});
    refused({"com.b", List{std::string(30, 'x')}});
    core.add("com.b");
    refused({"com.c"});
    core.ask(core.alice, "wamp.session.flush_testaments");
    core.add("com.d", {std::string(70, 'x')});
}

BOOST_AUTO_TEST_CASE(a_testament_needs_the_right_to_publish) {
    const RolePermissions some({make_rule("wamp.", MatchPolicy::prefix, true),
                                make_rule("com.a", MatchPolicy::exact, true, Disclose::never)});
    const RolePermissions all({make_rule("", MatchPolicy::prefix, true)});
    Willing core(make_permissions({{"user", some}, {"admin", all}}));
    const auto refused = [&](std::string_view error, const List& args) {
        core.ask_in_vain(core.alice, error, "wamp.session.add_testament", args);
    };

    refused(uris::not_authorized, {"com.b"});
    refused(uris::disclose_me_disallowed, {"com.a", List{}, Dict{}, Dict{{"disclose_me", true}}});
    core.add("com.a");
    core.leave(core.alice);
    BOOST_TEST((core.topics() == Topics{"com.a"}));
}

}  // namespace kreisel::test
