#pragma once
// A realm whose meta procedures are called with values.
//
//     Meta core;
//     const Arguments result = core.ask(alice, "wamp.session.get", {core.last_id()});
//     core.ask_in_vain(alice, uris::no_such_session, "wamp.session.get", {1});

#include "common/codec/codec.hpp"
#include "tests/unit/core/core_fixture.hpp"

namespace kreisel::test {

struct Meta : Core {
    explicit Meta(PermissionsPtr permissions = open_permissions(), RealmLimits limits = {})
        : Core(std::move(permissions), limits) {
        realm.set_time({TimePoint{}, WallTime{std::chrono::seconds{1'700'000'000}}});
    }

    void send_call(PeerRef peer, Uri procedure, const List& args, const Dict& kwargs) {
        handle(peer, Call{next_request(), {}, std::move(procedure), make_payload(args, kwargs)});
    }
    /// The RESULT's arguments; it must be the next message.
    Arguments ask(PeerRef peer, Uri procedure, const List& args = {}, const Dict& kwargs = {}) {
        send_call(peer, std::move(procedure), args, kwargs);
        return read_payload(expect<ResultMessage>(peer).payload);
    }
    /// The one argument of the RESULT.
    Value ask_one(PeerRef peer, Uri procedure, const List& args = {}, const Dict& kwargs = {}) {
        const Arguments result = ask(peer, std::move(procedure), args, kwargs);
        BOOST_REQUIRE(result.args.size() == 1);
        BOOST_TEST(result.kwargs.empty());
        return result.args.front();
    }
    void ask_in_vain(PeerRef peer, std::string_view error, Uri procedure, const List& args = {},
                     const Dict& kwargs = {}) {
        send_call(peer, std::move(procedure), args, kwargs);
        const auto answer = expect_error(peer, MessageType::call, error);
        BOOST_TEST(read_payload(answer.payload).args.size() == 1);
    }
    /// The next message of `peer` is an event; its arguments.
    List event_args(PeerRef peer) { return read_payload(expect<Event>(peer).payload).args; }
    /// The next message of `peer` ends it: GOODBYE with this reason and message.
    void expect_goodbye(PeerRef peer, std::string_view reason, std::string_view message = {}) {
        const Delivery last = take(peer);
        BOOST_TEST(last.is_close);
        const auto* goodbye = std::get_if<Goodbye>(&last.parcel->message());
        BOOST_REQUIRE(goodbye != nullptr);
        BOOST_TEST(goodbye->reason == reason);
        BOOST_TEST(text_of(goodbye->details, "message") == message);
        BOOST_TEST(goodbye->details.has("message") == !message.empty());
        BOOST_TEST(is_silent(peer));
    }
};

}  // namespace kreisel::test
