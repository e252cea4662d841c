#pragma once
// A door to knock at: one handshake with a realm of the fixture, and what it answers.

#include "access_fixture.hpp"
#include "common/wamp/errors.hpp"

#include <boost/test/unit_test.hpp>

namespace kreisel::test {

struct Door {
    SeededRandom random{7};
    AccessSnapshotPtr access = snapshot_of(make_realm());
    PeerFacts peer{.transport = Dict{{"peer", "127.0.0.1:5"}}};
    Handshake handshake{access, random, peer};

    Door() = default;
    explicit Door(std::shared_ptr<RealmAccess> realm) : access(snapshot_of(std::move(realm))) {}
    Door(std::shared_ptr<RealmAccess> realm, PeerFacts facts)
        : access(snapshot_of(std::move(realm))), peer(std::move(facts)) {}

    HandshakeStep send(Message message) {
        return handshake.on_message(std::move(message), WallTime{});
    }
    HandshakeStep hello(Dict details, Uri realm = "realm1") {
        if (!details.has("roles")) details.set("roles", Value(all_roles()));
        return send(Hello{std::move(realm), std::move(details)});
    }
    HandshakeStep log_in(std::string authid, std::string method) {
        return hello({{"authid", Value(std::move(authid))},
                      {"authmethods", Value(List{Value(std::move(method))})}});
    }
};

inline Challenge challenge_of(const HandshakeStep& step) {
    const auto* reply = std::get_if<HandshakeReply>(&step);
    BOOST_REQUIRE(reply != nullptr);
    return std::get<Challenge>(reply->message);
}

inline SessionInfo session_of(const HandshakeStep& step) {
    const auto* accepted = std::get_if<HandshakeAccepted>(&step);
    BOOST_REQUIRE(accepted != nullptr);
    return accepted->session;
}

inline HandshakeRefused refusal_of(const HandshakeStep& step) {
    const auto* refused = std::get_if<HandshakeRefused>(&step);
    BOOST_REQUIRE(refused != nullptr);
    BOOST_TEST(!refused->why.empty());
    BOOST_TEST(refused->abort.details.find_text("message").has_value());
    return *refused;
}

inline std::string reason_of(const HandshakeStep& step) { return refusal_of(step).abort.reason; }

inline std::string text_of(const Dict& dict, std::string_view key) {
    return std::string(dict.find_text(key).value_or("(none)"));
}

inline Value methods(std::initializer_list<const char*> names) {
    List list;
    for (const char* name : names) list.emplace_back(name);
    return Value(std::move(list));
}

inline std::string say(const HandshakeRefused& refused) {
    return refused.why + text_of(refused.abort.details, "message");
}

}  // namespace kreisel::test
