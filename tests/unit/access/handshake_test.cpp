// Log-in: who gets WELCOME, who gets ABORT with which reason, and that nothing tells who exists.
#include "router/access/handshake.hpp"

#include "common/base/version.hpp"
#include "common/wamp/errors.hpp"
#include "door.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace kreisel;
using namespace kreisel::test;

BOOST_AUTO_TEST_SUITE(handshake_anonymous)

BOOST_AUTO_TEST_CASE(hello_without_authmethods_is_an_anonymous_log_in) {
    for (const Value& given : {Value(nullptr), Value(List{}), methods({"anonymous"})}) {
        Door door;
        const SessionInfo session = session_of(door.hello({{"authmethods", given}}));

        BOOST_TEST(session.authmethod == "anonymous");
        BOOST_TEST(session.authrole == "guest");
    }
    Door door;
    BOOST_TEST(session_of(door.hello({})).authmethod == "anonymous");
}

BOOST_AUTO_TEST_CASE(welcome_says_who_the_client_is_and_what_the_router_can) {
    Door door;
    const SessionInfo session = session_of(door.hello({}));
    const Dict& details = session.welcome.details;

    BOOST_TEST((session.welcome.session == session.id));
    BOOST_TEST(is_valid_id(session.id.value));
    BOOST_TEST(text_of(details, "realm") == "realm1");
    BOOST_TEST(text_of(details, "authid") == session.authid);
    BOOST_TEST(text_of(details, "authrole") == "guest");
    BOOST_TEST(text_of(details, "authmethod") == "anonymous");
    BOOST_TEST(text_of(details, "authprovider") == "static");
    BOOST_TEST(text_of(details, "agent") == agent());
    BOOST_REQUIRE(details.find_dict("roles") != nullptr);
    BOOST_TEST((*details.find_dict("roles") == router_roles()));
    BOOST_TEST(text_of(session.transport, "peer") == "127.0.0.1:5");
}

BOOST_AUTO_TEST_CASE(anonymous_authid_is_drawn_not_claimed) {
    SeededRandom random{3};
    const AccessSnapshotPtr access = snapshot_of(make_realm());
    std::set<std::string> seen;
    for (int i = 0; i < 50; ++i) {
        Handshake handshake(access, random, {});
        Hello hello{"realm1", {{"authid", "joe"}, {"roles", Value(all_roles())}}};
        seen.insert(session_of(handshake.on_message(std::move(hello), {})).authid);
    }

    BOOST_TEST(seen.size() == 50U);
    BOOST_TEST(seen.count("joe") == 0U);
}

BOOST_AUTO_TEST_CASE(anonymous_where_it_is_not_allowed_needs_authentication) {
    auto realm = make_realm();
    realm->anonymous_role.reset();

    BOOST_TEST(reason_of(Door(realm).hello({})) == uris::authentication_required);
    BOOST_TEST(reason_of(Door(realm).hello({{"authmethods", methods({"anonymous"})}})) ==
               uris::authentication_required);
    BOOST_TEST(reason_of(Door(realm).hello({{"authmethods", methods({"anonymous", "x"})}})) ==
               uris::no_matching_auth_method);
}

BOOST_AUTO_TEST_CASE(a_role_the_client_does_not_have_is_refused) {
    BOOST_TEST(reason_of(Door().hello({{"authrole", "admin"}})) == uris::no_such_role);
    BOOST_TEST(session_of(Door().hello({{"authrole", "guest"}})).authrole == "guest");
    BOOST_TEST(session_of(Door().hello({{"authrole", nullptr}})).authrole == "guest");
}

BOOST_AUTO_TEST_CASE(a_role_the_realm_lost_is_refused) {
    auto realm = make_realm();
    realm->anonymous_role = "gone";

    BOOST_TEST(reason_of(Door(realm).hello({})) == uris::no_such_role);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(handshake_hello)

BOOST_AUTO_TEST_CASE(unknown_realm_is_refused) {
    BOOST_TEST(reason_of(Door().hello({}, "com.other")) == uris::no_such_realm);
    BOOST_TEST(reason_of(Door().hello({}, "")) == uris::no_such_realm);
}

BOOST_AUTO_TEST_CASE(invalid_realm_uri_is_refused_as_such) {
    BOOST_TEST(reason_of(Door().hello({}, "not a realm")) == uris::invalid_uri);
    BOOST_TEST(reason_of(Door().hello({}, "com..x")) == uris::invalid_uri);
    BOOST_TEST(reason_of(Door().hello({}, "com.#")) == uris::invalid_uri);
}

BOOST_AUTO_TEST_CASE(hello_needs_one_known_role) {
    BOOST_TEST(reason_of(Door().send(Hello{"realm1", {}})) == uris::protocol_violation);
    BOOST_TEST(reason_of(Door().hello({{"roles", Value(Dict{})}})) == uris::protocol_violation);
    BOOST_TEST(reason_of(Door().hello({{"roles", Value(Dict{{"broker", Value(Dict{})}})}})) ==
               uris::protocol_violation);
}

BOOST_AUTO_TEST_CASE(roles_without_features_and_unknown_roles_pass) {
    const Dict roles{{"caller", Value(Dict{})}, {"x_acme", Value(Dict{})}};

    const SessionInfo session = session_of(Door().hello({{"roles", Value(roles)}}));

    BOOST_TEST(session.roles.has(Role::caller));
    BOOST_TEST(!session.roles.has(Role::callee));
}

BOOST_AUTO_TEST_CASE(wampy_is_known_to_go_on_from_its_last_session) {
    Door wampy;
    const auto session = session_of(wampy.hello({{"agent", "Wampy.js v8.0.2"}}));
    Door other;
    const auto plain = session_of(other.hello({{"agent", "some client"}}));

    BOOST_TEST(session.quirks.goes_on_from_last_session);
    BOOST_TEST(!plain.quirks.goes_on_from_last_session);
}

BOOST_AUTO_TEST_CASE(unknown_attributes_of_hello_pass) {
    const auto step = Door().hello({{"agent", "x"}, {"x_acme", 1}, {"resumable", true}});

    BOOST_TEST(session_of(step).authrole == "guest");
}

BOOST_AUTO_TEST_CASE(any_first_message_but_hello_and_abort_is_a_violation) {
    const std::vector<Message> messages = {Welcome{SessionId{1}, {}},
                                           Challenge{},
                                           Authenticate{},
                                           Goodbye{},
                                           ErrorMessage{},
                                           Publish{},
                                           Published{},
                                           Subscribe{},
                                           Subscribed{},
                                           Unsubscribe{},
                                           Unsubscribed{},
                                           Event{},
                                           Call{},
                                           Cancel{},
                                           ResultMessage{},
                                           Register{},
                                           Registered{},
                                           Unregister{},
                                           Unregistered{},
                                           Invocation{},
                                           Interrupt{},
                                           Yield{},
                                           EventReceived{}};
    for (const Message& message : messages) {
        BOOST_TEST(reason_of(Door().send(message)) == uris::protocol_violation,
                   to_text(type_of(message)));
    }
}

BOOST_AUTO_TEST_CASE(abort_of_the_client_is_not_answered) {
    BOOST_TEST((std::holds_alternative<HandshakeEnded>(Door().send(Abort{}))));
    Door door;
    (void)challenge_of(door.log_in("joe", "ticket"));
    BOOST_TEST((std::holds_alternative<HandshakeEnded>(door.send(Abort{}))));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(handshake_methods)

BOOST_AUTO_TEST_CASE(the_clients_order_decides) {
    auto realm = make_realm();
    realm->users["joe"].wampcra = UserCredentials::WampCra{"joes-secret", "", 1000, 32};
    const auto chosen = [&](std::initializer_list<const char*> names) {
        Door door(realm);
        return challenge_of(door.hello({{"authid", "joe"}, {"authmethods", methods(names)}}))
            .method;
    };

    BOOST_TEST(chosen({"ticket", "wampcra"}) == "ticket");
    BOOST_TEST(chosen({"wampcra", "ticket", "anonymous"}) == "wampcra");
    BOOST_TEST(chosen({"cryptosign", "x", "ticket"}) == "ticket");
}

BOOST_AUTO_TEST_CASE(methods_the_user_lacks_are_passed_over) {
    Door door;
    const auto step =
        door.hello({{"authid", "joe"}, {"authmethods", methods({"wampcra", "ticket"})}});

    BOOST_TEST(challenge_of(step).method == "ticket");
}

BOOST_AUTO_TEST_CASE(no_usable_method_is_refused) {
    BOOST_TEST(reason_of(Door().hello({{"authmethods", methods({"scram", "tls"})}})) ==
               uris::no_matching_auth_method);
    BOOST_TEST(reason_of(Door().log_in("joe", "wampcra")) == uris::no_matching_auth_method);
}

BOOST_AUTO_TEST_CASE(a_secret_needs_an_authid) {
    const auto refused = refusal_of(Door().hello({{"authmethods", methods({"ticket"})}}));

    BOOST_TEST(refused.abort.reason == uris::no_matching_auth_method);
    BOOST_TEST(text_of(refused.abort.details, "message").find("authid") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_realm_without_users_offers_no_secret) {
    auto realm = make_realm();
    realm->users.clear();

    BOOST_TEST(reason_of(Door(realm).log_in("joe", "ticket")) == uris::no_matching_auth_method);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(handshake_ticket)

BOOST_AUTO_TEST_CASE(the_right_ticket_is_welcome) {
    Door door;
    const Challenge challenge = challenge_of(door.log_in("joe", "ticket"));
    const SessionInfo session = session_of(door.send(Authenticate{"joes-ticket", {}}));

    BOOST_TEST(challenge.method == "ticket");
    BOOST_TEST(challenge.extra.empty());
    BOOST_TEST(session.authid == "joe");
    BOOST_TEST(session.authrole == "frontend");
    BOOST_TEST(session.authmethod == "ticket");
    BOOST_TEST(text_of(session.welcome.details, "authid") == "joe");
}

BOOST_AUTO_TEST_CASE(a_wrong_ticket_is_denied_and_never_repeated) {
    for (const char* ticket : {"", "joes-ticke", "joes-ticket ", "JOES-TICKET"}) {
        Door door;
        (void)challenge_of(door.log_in("joe", "ticket"));
        const HandshakeRefused refused = refusal_of(door.send(Authenticate{ticket, {}}));

        BOOST_TEST(refused.abort.reason == uris::authentication_denied);
        BOOST_TEST(say(refused).find("joes-ticket") == std::string::npos);
        BOOST_TEST(refused.why.find("joe") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(role_is_judged_only_after_the_proof) {
    const Dict hello{
        {"authid", "joe"}, {"authrole", "admin"}, {"authmethods", methods({"ticket"})}};
    Door wrong;
    (void)challenge_of(wrong.hello(hello));
    Door right;
    (void)challenge_of(right.hello(hello));

    BOOST_TEST(reason_of(wrong.send(Authenticate{"no", {}})) == uris::authentication_denied);
    BOOST_TEST(reason_of(right.send(Authenticate{"joes-ticket", {}})) == uris::no_such_role);
}

BOOST_AUTO_TEST_CASE(while_challenged_only_authenticate_goes_on) {
    for (const Message& message :
         std::vector<Message>{Hello{"realm1", {}}, Goodbye{}, Subscribe{}, Call{}, Welcome{}}) {
        Door door;
        (void)challenge_of(door.log_in("joe", "ticket"));
        BOOST_TEST(reason_of(door.send(message)) == uris::protocol_violation);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(handshake_wampcra)

BOOST_AUTO_TEST_CASE(the_right_signature_is_welcome) {
    Door door;
    const Challenge challenge = challenge_of(door.log_in("ann", "wampcra"));
    const std::string text = text_of(challenge.extra, "challenge");
    const auto step = door.send(Authenticate{wampcra_sign("anns-secret", text), {}});

    BOOST_TEST(session_of(step).authid == "ann");
    BOOST_TEST(session_of(step).authmethod == "wampcra");
    BOOST_TEST(!challenge.extra.has("salt"));
}

BOOST_AUTO_TEST_CASE(the_challenge_names_the_session_of_the_welcome) {
    Door door;
    const Challenge challenge = challenge_of(door.log_in("ann", "wampcra"));
    const std::string text = text_of(challenge.extra, "challenge");
    const auto session = session_of(door.send(Authenticate{wampcra_sign("anns-secret", text), {}}));

    BOOST_TEST(text.find("\"session\":" + std::to_string(session.id.value) + "}") !=
               std::string::npos);
    BOOST_TEST(text.find("\"authid\":\"ann\",\"authrole\":\"frontend\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_salted_password_is_derived_by_what_the_challenge_says) {
    Door door;
    const Challenge challenge = challenge_of(door.log_in("sue", "wampcra"));
    const Dict& extra = challenge.extra;
    const auto iterations = extra.find_uint("iterations");
    const auto key_bytes = extra.find_uint("keylen");
    BOOST_REQUIRE(iterations && key_bytes);
    const std::string key = wampcra_key("sues-password", text_of(extra, "salt"),
                                        static_cast<unsigned>(*iterations), *key_bytes);
    const auto step = door.send(Authenticate{wampcra_sign(key, text_of(extra, "challenge")), {}});

    BOOST_TEST(session_of(step).authid == "sue");
}

BOOST_AUTO_TEST_CASE(a_wrong_signature_is_denied) {
    Door door;
    const Challenge challenge = challenge_of(door.log_in("ann", "wampcra"));
    const auto refused = refusal_of(
        door.send(Authenticate{wampcra_sign("guess", text_of(challenge.extra, "challenge")), {}}));

    BOOST_TEST(refused.abort.reason == uris::authentication_denied);
    BOOST_TEST(say(refused).find("anns-secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_old_signature_does_not_fit_the_next_challenge) {
    SeededRandom random{11};
    const AccessSnapshotPtr access = snapshot_of(make_realm());
    Handshake first(access, random, {});
    Handshake second(access, random, {});
    const Hello hello{
        "realm1",
        {{"authid", "ann"}, {"authmethods", methods({"wampcra"})}, {"roles", Value(all_roles())}}};
    const auto one = challenge_of(first.on_message(hello, WallTime{}));
    const auto two = challenge_of(second.on_message(hello, WallTime{}));
    const std::string old = wampcra_sign("anns-secret", text_of(one.extra, "challenge"));

    BOOST_TEST(text_of(one.extra, "challenge") != text_of(two.extra, "challenge"));
    BOOST_TEST(reason_of(second.on_message(Authenticate{old, {}}, WallTime{})) ==
               uris::authentication_denied);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(handshake_strangers)

BOOST_AUTO_TEST_CASE(an_unknown_user_is_challenged_and_denied_like_a_known_one) {
    auto realm = make_realm();
    realm->users.erase("ann");
    realm->users.erase("sue");
    Door known(realm);
    Door unknown(realm);

    BOOST_TEST((challenge_of(known.log_in("joe", "ticket")).extra ==
                challenge_of(unknown.log_in("nobody", "ticket")).extra));
    const auto of_known = refusal_of(known.send(Authenticate{"guess", {}}));
    const auto of_unknown = refusal_of(unknown.send(Authenticate{"joes-ticket", {}}));
    BOOST_TEST(of_known.abort.reason == of_unknown.abort.reason);
    BOOST_TEST((of_known.abort.details == of_unknown.abort.details));
    BOOST_TEST(of_unknown.why.find("no user") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_stranger_cannot_log_in_with_the_secret_of_the_one_it_resembles) {
    auto realm = make_realm();
    realm->users.erase("joe");
    realm->users.erase("sue");
    Door door(realm);
    const Challenge challenge = challenge_of(door.log_in("nobody", "wampcra"));
    const std::string text = text_of(challenge.extra, "challenge");

    BOOST_TEST(reason_of(door.send(Authenticate{wampcra_sign("anns-secret", text), {}})) ==
               uris::authentication_denied);
}

BOOST_AUTO_TEST_CASE(a_stranger_gets_the_same_salt_each_time_and_not_that_of_a_user) {
    auto realm = make_realm();
    realm->users.erase("joe");
    realm->users.erase("ann");
    const auto salt_of = [&](const char* authid) {
        Door door(realm);
        return text_of(challenge_of(door.log_in(authid, "wampcra")).extra, "salt");
    };

    BOOST_TEST(salt_of("nobody") == salt_of("nobody"));
    BOOST_TEST(salt_of("nobody") != salt_of("no one"));
    BOOST_TEST(salt_of("nobody") != salt_of("sue"));
    BOOST_TEST(salt_of("nobody").size() == salt_of("sue").size());
    BOOST_TEST(salt_of("nobody").substr(6) == "==");
}

BOOST_AUTO_TEST_CASE(strangers_resemble_each_user_in_turn) {
    std::set<std::string> outcomes;
    for (int i = 0; i < 60; ++i) {
        Door door;
        const auto step = door.hello({{"authid", Value("stranger" + std::to_string(i))},
                                      {"authmethods", methods({"ticket", "wampcra"})}});
        const Challenge challenge = challenge_of(step);
        outcomes.insert(challenge.method + (challenge.extra.has("salt") ? " salted" : ""));
    }

    BOOST_TEST(outcomes.size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
