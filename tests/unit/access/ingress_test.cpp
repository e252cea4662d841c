// The gate of a joined session: what passes, what is answered, what ends the session.
#include "router/access/ingress.hpp"

#include "access_fixture.hpp"
#include "common/codec/codec.hpp"
#include "common/wamp/errors.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::test;
using Verdict = Admission::Verdict;

namespace {

std::ostream& print(std::ostream& out, Verdict verdict) { return out << static_cast<int>(verdict); }

SessionInfo session_of(std::string role, ClientRoles roles, ClientQuirks quirks = {}) {
    SessionInfo session;
    session.id = SessionId{1234};
    session.authid = "joe";
    session.authrole = std::move(role);
    session.roles = roles;
    session.quirks = quirks;
    return session;
}

struct Gate {
    std::shared_ptr<RealmAccess> realm = make_realm();
    Ingress ingress;

    explicit Gate(std::string role = "guest", Dict roles = all_roles())
        : ingress(realm, session_of(std::move(role), ClientRoles::read(roles))) {}
    explicit Gate(std::shared_ptr<RealmAccess> realm_)
        : realm(std::move(realm_)),
          ingress(realm, session_of("guest", ClientRoles::read(all_roles()))) {}

    Admission admit(const Message& message) { return ingress.admit(message); }
    Verdict verdict(const Message& message) { return ingress.admit(message).verdict; }
};

Publish publish(std::uint64_t id, Uri topic, Dict options = {}) {
    return {RequestId{id}, std::move(options), std::move(topic), {}};
}
Call call(std::uint64_t id, Uri procedure) { return {RequestId{id}, {}, std::move(procedure), {}}; }
Subscribe subscribe(std::uint64_t id, Uri topic, Dict options = {}) {
    return {RequestId{id}, std::move(options), std::move(topic)};
}
Register enrol(std::uint64_t id, Uri procedure, Dict options = {}) {
    return {RequestId{id}, std::move(options), std::move(procedure)};
}

const Dict acknowledged{{"acknowledge", true}};
const Dict prefix{{"match", "prefix"}};
const Dict wildcard{{"match", "wildcard"}};

/// The error URI that answers `message`, or what else became of it.
std::string answer_to(Gate& gate, const Message& message) {
    const Admission admission = gate.admit(message);
    if (admission.verdict != Verdict::answered) {
        std::ostringstream out;
        print(out << "verdict ", admission.verdict);
        return out.str();
    }
    const auto& error = std::get<ErrorMessage>(*admission.answer);
    BOOST_TEST((error.request_type == type_of(message)));
    BOOST_TEST(!admission.why.empty());
    BOOST_TEST(read_payload(error.payload).args.size() == 1U);
    return error.error;
}
std::string answer_to(const Message& message) {
    Gate gate;
    return answer_to(gate, message);
}

void check_violation(const Admission& admission) {
    BOOST_TEST((admission.verdict == Verdict::violation));
    BOOST_REQUIRE(admission.answer);
    BOOST_TEST(std::get<Abort>(*admission.answer).reason == uris::protocol_violation);
    BOOST_TEST(!admission.why.empty());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ingress_passthru)

// WAMP a/payload_passthru_mode: who did not announce it must not use it.
BOOST_AUTO_TEST_CASE(passthru_that_was_not_announced_is_a_violation) {
    const Dict on{{"ppt_scheme", "x_mine"}};
    const Message messages[] = {
        publish(1, "com.a", on), Call{RequestId{1}, on, "com.a", {}}, Yield{RequestId{1}, on, {}},
        ErrorMessage{MessageType::invocation, RequestId{1}, on, "com.failed", {}}};

    for (const Message& message : messages) check_violation(Gate().admit(message));
}

BOOST_AUTO_TEST_CASE(passthru_is_announced_role_by_role) {
    const Dict on{{"ppt_scheme", "x_mine"}};
    Dict roles = all_roles();
    roles.set("publisher", Dict{{"features", Dict{{"payload_passthru_mode", true}}}});
    Gate gate("guest", roles);

    BOOST_TEST((gate.verdict(publish(1, "com.a", on)) == Verdict::admitted));
    check_violation(gate.admit(Call{RequestId{2}, on, "com.a", {}}));
}

BOOST_AUTO_TEST_CASE(an_empty_scheme_is_no_passthru) {
    const Dict off{{"ppt_scheme", ""}, {"ppt_serializer", "cbor"}};

    BOOST_TEST((Gate().verdict(publish(1, "com.a", off)) == Verdict::admitted));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ingress_state)

BOOST_AUTO_TEST_CASE(requests_of_a_client_pass) {
    Gate gate;
    BOOST_TEST((gate.verdict(publish(1, "com.a")) == Verdict::admitted));
    BOOST_TEST((gate.verdict(subscribe(2, "com.a")) == Verdict::admitted));
    BOOST_TEST((gate.verdict(enrol(3, "com.a")) == Verdict::admitted));
    BOOST_TEST((gate.verdict(call(4, "com.a")) == Verdict::admitted));
    BOOST_TEST((gate.verdict(Unsubscribe{RequestId{5}, {}}) == Verdict::admitted));
    BOOST_TEST((gate.verdict(Unregister{RequestId{6}, {}}) == Verdict::admitted));
    BOOST_TEST((gate.verdict(Cancel{RequestId{4}, {}}) == Verdict::admitted));
    BOOST_TEST((gate.verdict(Yield{RequestId{99}, {}, {}}) == Verdict::admitted));
}

BOOST_AUTO_TEST_CASE(messages_of_a_router_are_violations) {
    const std::vector<Message> messages = {
        Hello{},        Welcome{},      Challenge{}, Authenticate{},  Published{},
        Subscribed{},   Unsubscribed{}, Event{},     ResultMessage{}, Registered{},
        Unregistered{}, Invocation{},   Interrupt{}, EventReceived{}};
    for (const Message& message : messages) check_violation(Gate().admit(message));
}

BOOST_AUTO_TEST_CASE(goodbye_is_echoed) {
    const Admission admission = Gate().admit(Goodbye{{}, "wamp.close.normal"});

    BOOST_TEST((admission.verdict == Verdict::goodbye));
    BOOST_REQUIRE(admission.answer);
    BOOST_TEST(std::get<Goodbye>(*admission.answer).reason == uris::goodbye_and_out);
    BOOST_TEST(std::get<Goodbye>(*admission.answer).details.empty());
}

BOOST_AUTO_TEST_CASE(abort_is_not_answered) {
    const Admission admission = Gate().admit(Abort{{}, "wamp.error.x", {}});

    BOOST_TEST((admission.verdict == Verdict::ended));
    BOOST_TEST(!admission.answer.has_value());
}

BOOST_AUTO_TEST_CASE(each_message_needs_its_announced_role) {
    const std::pair<const char*, std::vector<Message>> uses[] = {
        {"publisher", {publish(1, "com.a")}},
        {"subscriber", {subscribe(1, "com.a"), Unsubscribe{RequestId{1}, {}}}},
        {"caller", {call(1, "com.a"), Cancel{RequestId{1}, {}}}},
        {"callee",
         {enrol(1, "com.a"), Unregister{RequestId{1}, {}}, Yield{RequestId{1}, {}, {}},
          ErrorMessage{MessageType::invocation, RequestId{1}, {}, "com.e", {}}}}};
    for (const auto& [role, messages] : uses) {
        Dict others = all_roles();
        others.erase(role);
        for (const Message& message : messages) {
            check_violation(Gate("guest", others).admit(message));
            Gate gate("guest", Dict{{role, Value(Dict{})}});
            BOOST_TEST((gate.verdict(message) == Verdict::admitted));
        }
    }
}

BOOST_AUTO_TEST_CASE(error_answers_only_invocations) {
    for (const MessageType type : {MessageType::call, MessageType::publish, MessageType::interrupt,
                                   MessageType::subscribe}) {
        check_violation(Gate().admit(ErrorMessage{type, RequestId{1}, {}, "com.e", {}}));
    }
}

BOOST_AUTO_TEST_CASE(an_invalid_error_uri_reaches_the_caller_as_runtime_error) {
    const ErrorMessage message{
        MessageType::invocation, RequestId{5}, {}, "oh no!", make_payload({Value("why")})};
    const Admission admission = Gate().admit(message);

    BOOST_TEST((admission.verdict == Verdict::admitted));
    BOOST_REQUIRE(admission.answer);
    const auto& repaired = std::get<ErrorMessage>(*admission.answer);
    BOOST_TEST(repaired.error == uris::runtime_error);
    BOOST_TEST((repaired.request == RequestId{5}));
    BOOST_TEST((read_payload(repaired.payload).args == List{Value("why")}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ingress_request_ids)

BOOST_AUTO_TEST_CASE(ids_run_over_all_request_types) {
    Gate gate;
    for (const Message& message : std::vector<Message>{
             publish(1, "com.a"), publish(2, "com.a", acknowledged), subscribe(3, "com.a"),
             Unsubscribe{RequestId{4}, {}}, enrol(5, "com.a"), Unregister{RequestId{6}, {}},
             call(7, "com.a"), Cancel{RequestId{7}, {}}, Yield{RequestId{1}, {}, {}},
             call(8, "com.a")}) {
        BOOST_TEST((gate.verdict(message) == Verdict::admitted), to_text(type_of(message)));
    }
}

BOOST_AUTO_TEST_CASE(a_gap_a_repeat_and_a_wrong_start_are_violations) {
    check_violation(Gate().admit(call(2, "com.a")));
    for (const std::uint64_t next : {1U, 3U, 100U}) {
        Gate gate;
        (void)gate.admit(call(1, "com.a"));
        check_violation(gate.admit(call(next, "com.a")));
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_on_with_its_ids_starts_anywhere_and_then_keeps_to_it) {
    ClientQuirks quirks;
    quirks.goes_on_from_last_session = true;
    Ingress ingress(make_realm(), session_of("guest", ClientRoles::read(all_roles()), quirks));

    BOOST_TEST((ingress.admit(call(280, "com.a")).verdict == Verdict::admitted));
    BOOST_TEST((ingress.admit(call(281, "com.a")).verdict == Verdict::admitted));
    check_violation(ingress.admit(call(283, "com.a")));
}

BOOST_AUTO_TEST_CASE(refused_requests_count) {
    Gate gate;
    BOOST_TEST((gate.verdict(call(1, "not a uri")) == Verdict::answered));
    BOOST_TEST((gate.verdict(publish(2, "not a uri")) == Verdict::dropped));
    BOOST_TEST((gate.verdict(call(3, "com.secret")) == Verdict::answered));
    BOOST_TEST((gate.verdict(call(4, "com.a")) == Verdict::admitted));
}

BOOST_AUTO_TEST_CASE(ids_wrap_after_the_largest) {
    auto realm = make_realm();
    realm->has_strict_request_ids = false;
    Gate gate(realm);
    (void)gate.admit(call(id_max, "com.a"));
    gate.ingress.set_realm(make_realm());

    BOOST_TEST((gate.verdict(call(1, "com.a")) == Verdict::admitted));
    BOOST_TEST((gate.verdict(call(2, "com.a")) == Verdict::admitted));
}

BOOST_AUTO_TEST_CASE(a_relaxed_realm_takes_any_id) {
    auto realm = make_realm();
    realm->has_strict_request_ids = false;
    Gate gate(realm);

    for (const std::uint64_t id : {7'000'000U, 3U, 3U}) {
        BOOST_TEST((gate.verdict(call(id, "com.a")) == Verdict::admitted));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ingress_uris)

BOOST_AUTO_TEST_CASE(an_invalid_uri_is_the_error_of_that_request) {
    for (const char* uri : {"", "com..a", "com.a.", ".com", "com a", "com.#"}) {
        BOOST_TEST(answer_to(call(1, uri)) == uris::invalid_uri, uri);
        BOOST_TEST(answer_to(publish(1, uri, acknowledged)) == uris::invalid_uri, uri);
        BOOST_TEST(answer_to(subscribe(1, uri)) == uris::invalid_uri, uri);
        BOOST_TEST(answer_to(enrol(1, uri)) == uris::invalid_uri, uri);
    }
}

BOOST_AUTO_TEST_CASE(an_unacknowledged_publish_is_refused_in_silence) {
    for (const char* uri : {"com..a", "wamp.a", "com.secret"}) {
        const Admission admission = Gate().admit(publish(1, uri));

        BOOST_TEST((admission.verdict == Verdict::dropped), uri);
        BOOST_TEST(!admission.answer.has_value(), uri);
        BOOST_TEST(!admission.why.empty(), uri);
    }
    Gate gate;
    BOOST_TEST((gate.verdict(publish(1, "com..a", {{"acknowledge", false}})) == Verdict::dropped));
}

BOOST_AUTO_TEST_CASE(patterns_may_have_empty_components_as_their_policy_allows) {
    Gate gate;
    BOOST_TEST((gate.verdict(subscribe(1, "org.", prefix)) == Verdict::admitted));
    BOOST_TEST(answer_to(gate, subscribe(2, "", prefix)) == uris::not_authorized);
    BOOST_TEST(answer_to(gate, subscribe(3, "com..a", prefix)) == uris::invalid_uri);
    BOOST_TEST((gate.verdict(subscribe(4, "com.example.", prefix)) == Verdict::admitted));
    BOOST_TEST(answer_to(gate, enrol(5, "com. .a", wildcard)) == uris::invalid_uri);
    BOOST_TEST((gate.verdict(enrol(6, "org.x..a", wildcard)) == Verdict::admitted));
    BOOST_TEST(answer_to(gate, enrol(7, "com.x..a")) == uris::invalid_uri);
    BOOST_TEST((gate.verdict(subscribe(8, "com.a", {{"match", nullptr}})) == Verdict::admitted));
}

BOOST_AUTO_TEST_CASE(an_unknown_match_policy_is_left_to_the_core) {
    Gate gate;
    BOOST_TEST((gate.verdict(subscribe(1, "com..a", {{"match", "regex"}})) == Verdict::admitted));
    BOOST_TEST((gate.verdict(enrol(2, "com.a", {{"match", "regex"}})) == Verdict::admitted));
}

BOOST_AUTO_TEST_CASE(a_strict_realm_takes_lower_case_letters_digits_and_underscores) {
    auto realm = make_realm();
    realm->uri_rule = UriRule::strict;
    Gate gate(realm);

    BOOST_TEST((gate.verdict(call(1, "com.my_app.v2")) == Verdict::admitted));
    BOOST_TEST(answer_to(gate, call(2, "com.MyApp")) == uris::invalid_uri);
    BOOST_TEST(answer_to(gate, call(3, "com.my-app")) == uris::invalid_uri);
    BOOST_TEST(answer_to(gate, subscribe(4, "com..X", wildcard)) == uris::invalid_uri);
    BOOST_TEST((Gate().verdict(call(1, "com.My-\xc3\x84pp")) == Verdict::admitted));
}

BOOST_AUTO_TEST_CASE(wamp_uris_are_for_calling_and_subscribing_only) {
    for (const char* uri : {"wamp", "wamp.a", "wamp.session.count"}) {
        BOOST_TEST(answer_to(enrol(1, uri)) == uris::invalid_uri, uri);
        BOOST_TEST(answer_to(publish(1, uri, acknowledged)) == uris::invalid_uri, uri);
        BOOST_TEST((Gate().verdict(call(1, uri)) == Verdict::admitted), uri);
        BOOST_TEST((Gate().verdict(subscribe(1, uri)) == Verdict::admitted), uri);
    }
    BOOST_TEST(answer_to(enrol(1, "wamp.", prefix)) == uris::invalid_uri);
    BOOST_TEST((Gate().verdict(enrol(1, "wampum.a")) == Verdict::admitted));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ingress_permissions)

BOOST_AUTO_TEST_CASE(what_no_rule_allows_is_not_authorized) {
    Gate gate("frontend");
    BOOST_TEST((gate.verdict(call(1, "com.app.x")) == Verdict::admitted));
    BOOST_TEST(answer_to(gate, enrol(2, "com.app.x")) == uris::not_authorized);
    BOOST_TEST(answer_to(gate, subscribe(3, "com.app.x")) == uris::not_authorized);
    BOOST_TEST(answer_to(gate, call(4, "com.other")) == uris::not_authorized);
    BOOST_TEST(answer_to(gate, publish(5, "com.other", acknowledged)) == uris::not_authorized);
}

BOOST_AUTO_TEST_CASE(the_answer_says_who_may_not_do_what) {
    const Admission admission = Gate("frontend").admit(call(1, "com.other"));
    const auto& error = std::get<ErrorMessage>(*admission.answer);

    BOOST_TEST((read_payload(error.payload).args ==
                List{Value("role 'frontend' may not call 'com.other'")}));
    BOOST_TEST(admission.why.find("no rule allows it") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_log_names_the_rule_that_refused) {
    const Admission admission = Gate().admit(call(1, "com.secret"));

    BOOST_TEST(admission.why.find("'com.secret' at realms.yaml:7") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_pattern_must_lie_within_what_is_allowed) {
    Gate gate;
    BOOST_TEST(answer_to(gate, subscribe(1, "com.", prefix)) == uris::not_authorized);
    BOOST_TEST(answer_to(gate, subscribe(2, "com.closed.x", prefix)) == uris::not_authorized);
    BOOST_TEST((gate.verdict(subscribe(3, "org.", prefix)) == Verdict::admitted));
}

BOOST_AUTO_TEST_CASE(a_role_without_rules_may_nothing) {
    Gate gate("vanished");
    BOOST_TEST(answer_to(gate, call(1, "com.app.x")) == uris::not_authorized);
}

BOOST_AUTO_TEST_CASE(a_reload_bites_on_the_next_message) {
    Gate gate("frontend");
    (void)gate.admit(call(1, "com.app.x"));
    auto realm = make_realm();
    Permissions::Roles roles;
    roles["frontend"] = RolePermissions({rule("com.new.", MatchPolicy::prefix, all_actions())});
    realm->permissions = std::make_shared<const Permissions>(std::move(roles));

    gate.ingress.set_realm(realm);

    BOOST_TEST(answer_to(gate, call(2, "com.app.x")) == uris::not_authorized);
    BOOST_TEST((gate.verdict(call(3, "com.new.x")) == Verdict::admitted));
}

BOOST_AUTO_TEST_CASE(placeholders_are_filled_in_with_the_session_at_the_gate) {
    auto realm = make_realm();
    realm->permissions = std::make_shared<const Permissions>(Permissions::Roles{
        {"guest",
         RolePermissions({rule("com.{authid}.{session}", MatchPolicy::exact, {Action::call})})}});
    Gate gate(realm);

    BOOST_TEST((gate.verdict(call(1, "com.joe.1234")) == Verdict::admitted));
    BOOST_TEST(answer_to(gate, call(2, "com.joe.1235")) == uris::not_authorized);
    BOOST_TEST(answer_to(gate, call(3, "com.sue.1234")) == uris::not_authorized);
}

BOOST_AUTO_TEST_CASE(what_the_authorizer_decides_passes_the_gate) {
    auto realm = make_realm();
    realm->permissions = std::make_shared<const Permissions>(
        Permissions::Roles{{"guest", RolePermissions({rule("com.closed.", MatchPolicy::prefix, {})},
                                                     {std::nullopt, "com.authorize"})}});
    Gate gate(realm);

    BOOST_TEST((gate.verdict(call(1, "com.open")) == Verdict::admitted));
    BOOST_TEST((gate.verdict(subscribe(2, "org.", prefix)) == Verdict::admitted));
    BOOST_TEST(answer_to(gate, call(3, "com.closed.x")) == uris::not_authorized);
    BOOST_TEST(answer_to(gate, subscribe(4, "com.", prefix)) == uris::not_authorized);
}

BOOST_AUTO_TEST_SUITE_END()
