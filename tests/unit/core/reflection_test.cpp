// wamp.reflect.* and wamp.reflection.*: definitions, who sees them, how long they live.
#include "common/codec/codec.hpp"
#include "tests/unit/core/core_fixture.hpp"

using namespace kreisel;
using namespace kreisel::test;

namespace {

Dict procedure(std::string text) { return Dict{{"type", "procedure"}, {"text", Value(text)}}; }
Dict topic() { return Dict{{"type", "topic"}}; }
Dict error() { return Dict{{"type", "error"}}; }

struct ReflectingCore : Core {
    using Core::Core;

    void send(PeerRef peer, Uri uri, List args) {
        handle(peer, Call{next_request(), {}, std::move(uri), make_payload(args)});
    }
    /// The one value of the RESULT.
    Value ask(PeerRef peer, Uri uri, List args = {}) {
        send(peer, std::move(uri), std::move(args));
        return read_payload(expect<ResultMessage>(peer).payload).args.at(0);
    }
    Value define(PeerRef peer, Uri uri, Value description) {
        return ask(peer, "wamp.reflect.define", {Value(uri), std::move(description)});
    }
    void check_refused(PeerRef peer, List args, std::string_view uri) {
        send(peer, "wamp.reflect.define", std::move(args));
        expect_error(peer, MessageType::call, uri);
    }
    /// Args of the next EVENT.
    List event(PeerRef peer) { return read_payload(expect<Event>(peer).payload).args; }
};

const Value nothing(nullptr);

}  // namespace

BOOST_FIXTURE_TEST_SUITE(reflection, ReflectingCore)

BOOST_AUTO_TEST_CASE(what_one_session_defines_another_lists_and_reads) {
    const PeerRef alice = join("alice");
    const PeerRef bob = join("bob");

    BOOST_TEST((define(alice, "com.b", procedure("adds")) == Value(true)));
    BOOST_TEST((define(alice, "com.a", procedure("subtracts")) == Value(true)));
    BOOST_TEST((define(alice, "com.t", topic()) == Value(true)));
    BOOST_TEST((define(alice, "com.e", error()) == Value(true)));

    BOOST_TEST((ask(bob, "wamp.reflection.procedure.list") == Value(List{"com.a", "com.b"})));
    BOOST_TEST((ask(bob, "wamp.reflection.topic.list") == Value(List{"com.t"})));
    BOOST_TEST((ask(bob, "wamp.reflection.error.list") == Value(List{"com.e"})));
    BOOST_TEST(
        (ask(bob, "wamp.reflection.procedure.describe", {"com.b"}) == Value(procedure("adds"))));
    BOOST_TEST((ask(bob, "wamp.reflection.topic.describe", {"com.t"}) == Value(topic())));
    BOOST_TEST((ask(bob, "wamp.reflection.error.describe", {"com.e"}) == Value(error())));
    BOOST_TEST((ask(bob, "wamp.reflect.describe", {"com.t"}) == Value(topic())));
    BOOST_TEST((ask(bob, "wamp.reflection.topic.describe", {"com.b"}) == nothing));
    BOOST_TEST((ask(bob, "wamp.reflect.describe", {"com.unknown"}) == nothing));
}

BOOST_AUTO_TEST_CASE(a_definition_lives_as_long_as_its_session) {
    const PeerRef alice = join("alice");
    const PeerRef bob = join("bob");
    define(alice, "com.a", procedure("x"));

    leave(alice);

    BOOST_TEST((ask(bob, "wamp.reflection.procedure.list") == Value(List{})));
    BOOST_TEST(realm.counts().definitions == 0U);
}

BOOST_AUTO_TEST_CASE(the_youngest_of_several_definitions_counts_until_its_session_goes) {
    const PeerRef old = join("old");
    const PeerRef young = join("young");
    const PeerRef reader = join("reader");
    define(old, "com.a", procedure("1"));

    BOOST_TEST((define(young, "com.a", procedure("2")) == Value(false)));
    BOOST_TEST((ask(reader, "wamp.reflect.describe", {"com.a"}) == Value(procedure("2"))));
    leave(young);
    BOOST_TEST((ask(reader, "wamp.reflect.describe", {"com.a"}) == Value(procedure("1"))));
}

BOOST_AUTO_TEST_CASE(only_ones_own_definition_can_be_replaced_or_taken_back) {
    const PeerRef alice = join("alice");
    const PeerRef bob = join("bob");
    define(alice, "com.a", procedure("1"));

    BOOST_TEST((define(alice, "com.a", procedure("1")) == nothing));
    BOOST_TEST((define(bob, "com.a", nothing) == nothing));
    BOOST_TEST((ask(bob, "wamp.reflect.describe", {"com.a"}) == Value(procedure("1"))));
    BOOST_TEST((define(alice, "com.a", topic()) == Value(false)));
    BOOST_TEST(realm.counts().definitions == 1U);
    BOOST_TEST((define(alice, "com.a", nothing) == Value(false)));
    BOOST_TEST(realm.counts().definitions == 0U);
}

BOOST_AUTO_TEST_CASE(watchers_are_told_of_changes_only) {
    const PeerRef watcher = join("watcher");
    subscribe(watcher, "wamp.reflect.on_define");
    subscribe(watcher, "wamp.reflect.on_undefine");
    const PeerRef alice = join("alice");
    const PeerRef bob = join("bob");

    define(alice, "com.a", procedure("1"));
    define(bob, "com.a", procedure("1"));
    define(bob, "com.a", procedure("2"));
    leave(bob);
    leave(alice);

    BOOST_TEST((event(watcher) == List{"com.a", procedure("1"), true}));
    BOOST_TEST((event(watcher) == List{"com.a", procedure("2"), false}));
    BOOST_TEST((event(watcher) == List{"com.a", procedure("1"), false}));
    BOOST_TEST((event(watcher) == List{"com.a"}));
    BOOST_TEST(is_silent(watcher));
}

BOOST_AUTO_TEST_CASE(arguments_that_are_wrong_are_refused_one_by_one) {
    const PeerRef alice = join("alice");

    check_refused(alice, {}, uris::invalid_argument);
    check_refused(alice, {1, topic()}, uris::invalid_argument);
    check_refused(alice, {"com.a", topic(), 1}, uris::invalid_argument);
    check_refused(alice, {"com.a", "text"}, uris::invalid_argument);
    check_refused(alice, {"com.a", Dict{}}, uris::invalid_argument);
    check_refused(alice, {"com.a", Dict{{"type", "class"}}}, uris::invalid_argument);
    check_refused(alice, {"com a", topic()}, uris::invalid_uri);
    check_refused(alice, {"wamp.a", topic()}, uris::invalid_uri);
    send(alice, "wamp.reflection.topic.list", {"com.a"});
    expect_error(alice, MessageType::call, uris::invalid_argument);
    send(alice, "wamp.reflect.describe", {});
    expect_error(alice, MessageType::call, uris::invalid_argument);
    BOOST_TEST(realm.counts().definitions == 0U);
}

BOOST_AUTO_TEST_CASE(a_session_may_define_as_much_as_its_limits_allow) {
    RealmLimits limits;
    limits.definitions_per_session = 2;
    limits.definition_bytes_per_session = 100;
    realm.set_limits(limits);
    const PeerRef alice = join("alice");
    const PeerRef bob = join("bob");
    define(alice, "com.a", topic());
    define(alice, "com.b", topic());

    check_refused(alice, {"com.c", topic()}, uris::limit_exceeded);
    BOOST_TEST((define(alice, "com.b", error()) == Value(false)));
    check_refused(alice, {"com.b", procedure(std::string(100, 'x'))}, uris::limit_exceeded);
    BOOST_TEST((ask(bob, "wamp.reflect.describe", {"com.b"}) == Value(error())));
    define(alice, "com.a", nothing);
    BOOST_TEST((define(alice, "com.c", topic()) == Value(true)));
    BOOST_TEST((define(bob, "com.d", topic()) == Value(true)));
}

BOOST_AUTO_TEST_CASE(a_realm_holds_as_much_as_its_limits_allow) {
    RealmLimits limits;
    limits.definitions_per_realm = 2;
    limits.definition_bytes_per_realm = 100;
    realm.set_limits(limits);
    const PeerRef alice = join("alice");
    const PeerRef bob = join("bob");
    define(alice, "com.a", topic());
    define(bob, "com.a", topic());

    check_refused(alice, {"com.b", topic()}, uris::limit_exceeded);
    check_refused(alice, {"com.a", procedure(std::string(100, 'x'))}, uris::limit_exceeded);
    leave(bob);
    BOOST_TEST((define(alice, "com.b", topic()) == Value(true)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reflection_permissions)

BOOST_AUTO_TEST_CASE(a_session_sees_and_describes_what_its_role_may_use) {
    PermissionRule calls = make_rule("com.secret", MatchPolicy::prefix, false);
    const RolePermissions all({make_rule("", MatchPolicy::prefix, true)});
    PermissionRule meta = make_rule("wamp.", MatchPolicy::prefix, true);
    PermissionRule reads = make_rule("com.open", MatchPolicy::prefix, false);
    reads.allow[static_cast<unsigned>(Action::call)] = true;
    reads.allow[static_cast<unsigned>(Action::subscribe)] = true;
    ReflectingCore core(
        make_permissions({{"admin", all}, {"user", RolePermissions({calls, meta, reads})}}));
    const PeerRef admin = core.join("admin", {}, "admin");
    const PeerRef user = core.join("user");
    for (const char* uri : {"com.open.p", "com.secret.p"}) core.define(admin, uri, procedure("x"));
    for (const char* uri : {"com.open.t", "com.secret.t"}) core.define(admin, uri, topic());

    BOOST_TEST((core.ask(user, "wamp.reflection.procedure.list") == Value(List{"com.open.p"})));
    BOOST_TEST((core.ask(user, "wamp.reflection.topic.list") == Value(List{"com.open.t"})));
    BOOST_TEST((core.ask(user, "wamp.reflect.describe", {"com.secret.p"}) == nothing));
    core.check_refused(user, {"com.open.p", procedure("y")}, uris::not_authorized);
    core.check_refused(user, {"com.open.t", topic()}, uris::not_authorized);
    BOOST_TEST((core.define(user, "com.open.e", error()) == Value(true)));
}

BOOST_AUTO_TEST_SUITE_END()
