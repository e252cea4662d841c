// History and retained events beyond what the scenario texts say: bounds, ages, the store.
#include "common/base/timestamp.hpp"
#include "common/codec/codec.hpp"
#include "core_fixture.hpp"
#include "router/core/events/event_keeper.hpp"

#include <algorithm>

using namespace kreisel;
using namespace kreisel::test;

namespace {

/// Remembers what it is told to write.
struct RecordingStore final : EventStore {
    [[nodiscard]] bool has_room() const override { return is_roomy; }
    void write(StoreRecord record) override { records.push_back(std::move(record)); }

    bool is_roomy = true;
    std::vector<StoreRecord> records;
};

HistoryRule make_history(Uri uri, std::uint32_t events_max = 100) {
    HistoryRule rule;
    rule.uri = std::move(uri);
    rule.events_max = events_max;
    return rule;
}

struct KeepingCore : Core {
    explicit KeepingCore(std::vector<HistoryRule> rules, EventStore* store = nullptr,
                         RealmLimits limits = {})
        : Core(open_permissions(), limits, std::move(rules), store), alice(join("alice")) {}

    void publish_value(Uri topic, std::uint64_t value, Dict options = {}) {
        handle(alice, Publish{next_request(), std::move(options), std::move(topic),
                              make_payload({Value(value)})});
    }
    Arguments events_of(SubscriptionId id, const Dict& filters = {}) {
        handle(alice, Call{next_request(),
                           {},
                           "wamp.subscription.get_events",
                           make_payload({Value(id)}, filters)});
        return read_payload(expect<ResultMessage>(alice).payload);
    }
    /// First arguments of what the history tells.
    std::vector<std::uint64_t> values_of(SubscriptionId id, const Dict& filters = {}) {
        std::vector<std::uint64_t> values;
        for (const Value& event : events_of(id, filters).args) {
            const List* args = event.get_if<Dict>()->find_list("args");
            values.push_back(args == nullptr ? 0 : args->front().to_uint().value_or(0));
        }
        return values;
    }
    void at(std::chrono::seconds time) { realm.set_time({TimePoint{time}, WallTime{time}}); }

    PeerRef alice;
};

using Values = std::vector<std::uint64_t>;
const Dict acknowledged{{"acknowledge", true}};
const Dict retained{{"retain", true}};

}  // namespace

BOOST_AUTO_TEST_SUITE(core_history)

BOOST_AUTO_TEST_CASE(timestamps_of_rfc_3339_are_read_to_the_nanosecond) {
    const auto time = [](std::string_view text) {
        return parse_timestamp(text)->time_since_epoch().count();
    };
    BOOST_TEST(time("1970-01-01T00:00:01Z") == 1'000'000'000);
    BOOST_TEST(time("1970-01-01 01:00:00.5+01:00") == 500'000'000);
    BOOST_TEST(time("1970-01-01t00:00:00.1234567891z") == 123'456'789);
    BOOST_TEST(time("1969-12-31T23:30:00-00:30") == 0);
    BOOST_TEST(time("2000-02-29T00:00:00Z") == 951'782'400'000'000'000);
    for (const char* wrong :
         {"", "1970-01-01", "1970-01-01T00:00:00", "1970-13-01T00:00:00Z", "1970-02-30T00:00:00Z",
          "1970-01-01T24:00:00Z", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00Zx",
          "0001-01-01T00:00:00Z", "1970-01-01T00:00:00+1:00", "1970-01-01T00:61:00Z"}) {
        BOOST_TEST(!parse_timestamp(wrong).has_value(), wrong);
    }
}

BOOST_AUTO_TEST_CASE(history_holds_as_many_events_as_its_rule_says) {
    KeepingCore core({make_history("com.a", 3)});

    for (std::uint64_t i = 1; i <= 5; ++i) core.publish_value("com.a", i);

    BOOST_TEST((core.values_of(core.subscribe(core.alice, "com.a")) == Values{3, 4, 5}));
}

BOOST_AUTO_TEST_CASE(history_holds_as_many_bytes_as_its_rule_says) {
    HistoryRule rule = make_history("com.a");
    rule.bytes_max = 4'096;
    KeepingCore core({rule});
    const Payload large = make_payload({Value(std::string(1'500, 'x'))});
    const Payload huge = make_payload({Value(std::string(5'000, 'x'))});

    for (int i = 0; i < 4; ++i) core.handle(core.alice, Publish{RequestId{9}, {}, "com.a", large});
    const SubscriptionId id = core.subscribe(core.alice, "com.a");
    BOOST_TEST(core.events_of(id).args.size() == 2U);

    core.handle(core.alice, Publish{RequestId{9}, acknowledged, "com.a", huge});
    core.expect_error(core.alice, MessageType::publish, uris::limit_exceeded);
    BOOST_TEST(core.events_of(id).args.size() == 2U);
}

BOOST_AUTO_TEST_CASE(events_that_are_too_old_are_neither_told_nor_kept) {
    HistoryRule rule = make_history("com.a");
    rule.age_max = std::chrono::seconds{10};
    RecordingStore store;
    KeepingCore core({rule}, &store);
    const SubscriptionId id = core.subscribe(core.alice, "com.a");
    core.at(std::chrono::seconds{100});
    core.publish_value("com.a", 1);
    core.at(std::chrono::seconds{105});
    core.publish_value("com.a", 2);

    core.at(std::chrono::seconds{111});
    BOOST_TEST((core.values_of(id) == Values{2}));
    store.records.clear();
    BOOST_REQUIRE(core.realm.next_deadline().has_value());
    BOOST_TEST((*core.realm.next_deadline() <= TimePoint{std::chrono::seconds{111}}));
    core.realm.on_time(TimePoint{std::chrono::seconds{111}}, core.effects);

    BOOST_REQUIRE_EQUAL(store.records.size(), 1U);
    BOOST_TEST((store.records[0].kind == StoreRecord::Kind::trim));
    BOOST_TEST(store.records[0].sequence == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_is_bounded_and_says_that_there_is_more) {
    KeepingCore core({make_history("com.a", 10'000)});
    for (std::uint64_t i = 1; i <= 1'500; ++i) core.publish_value("com.a", i);
    const SubscriptionId id = core.subscribe(core.alice, "com.a");

    const Arguments first = core.events_of(id);
    BOOST_TEST(first.args.size() == answer_events_max);
    BOOST_TEST(first.kwargs.is_true("more"));
    const auto last = first.args.back().get_if<Dict>()->find_uint("publication");
    const Arguments second = core.events_of(id, {{"after_publication", Value(*last)}});
    BOOST_TEST(second.args.size() == 500U);
    BOOST_TEST(!second.kwargs.has("more"));

    const Payload large = make_payload({Value(std::string(600'000, 'x'))});
    for (int i = 0; i < 2; ++i) core.handle(core.alice, Publish{RequestId{9}, {}, "com.a", large});
    BOOST_TEST(core.events_of(id, {{"reverse", true}}).args.size() == 1U);
}

BOOST_AUTO_TEST_CASE(rules_that_stay_keep_their_events_when_the_others_go) {
    RecordingStore store;
    KeepingCore core({make_history("com.a"), make_history("com.b")}, &store);
    for (std::uint64_t i = 1; i <= 3; ++i) core.publish_value("com.a", i);
    const SubscriptionId id = core.subscribe(core.alice, "com.a");
    const SubscriptionId other = core.subscribe(core.alice, "com.b");

    store.records.clear();
    core.realm.set_history({make_history("com.a", 2), make_history("com.c")});

    BOOST_TEST((core.values_of(id) == Values{2, 3}));
    core.handle(
        core.alice,
        Call{RequestId{9}, {}, "wamp.subscription.get_events", make_payload({Value(other)})});
    core.expect_error(core.alice, MessageType::call, uris::history_unavailable);
    BOOST_REQUIRE_EQUAL(store.records.size(), 2U);
    BOOST_TEST((store.records[0].kind == StoreRecord::Kind::trim));
    BOOST_TEST((store.records[1].kind == StoreRecord::Kind::forget_log));
    BOOST_TEST(store.records[1].log.uri == "com.b");
    core.leave(core.alice);
    BOOST_TEST((core.realm.counts() == RealmCounts{}));
}

BOOST_AUTO_TEST_CASE(published_waits_for_the_store_and_fails_with_it) {
    RecordingStore store;
    KeepingCore core({make_history("com.a")}, &store);
    const SubscriptionId id = core.subscribe(core.alice, "com.a");

    core.publish_value("com.a", 1, acknowledged);
    core.publish_value("com.a", 2, acknowledged);
    BOOST_TEST(core.is_silent(core.alice));
    core.realm.on_stored({true, store.records[0].ticket, 1, 1}, core.effects);
    core.deliver();
    core.expect<Published>(core.alice);
    BOOST_TEST(core.is_silent(core.alice));

    core.realm.on_stored({false, store.records[1].ticket, 2, 2}, core.effects);
    core.deliver();
    core.expect_error(core.alice, MessageType::publish, uris::storage_failed);
    BOOST_TEST((core.values_of(id) == Values{1}));
}

BOOST_AUTO_TEST_CASE(relaxed_topics_and_those_without_history_do_not_wait) {
    RecordingStore store;
    HistoryRule rule = make_history("com.a");
    rule.durability = Durability::relaxed;
    KeepingCore core({rule}, &store);

    core.publish_value("com.a", 1, acknowledged);
    core.expect<Published>(core.alice);
    core.publish_value("com.b", 1, acknowledged);
    core.expect<Published>(core.alice);
    BOOST_TEST(store.records.size() == 1U);
    BOOST_TEST(store.records[0].ticket == 0U);
}

BOOST_AUTO_TEST_CASE(a_store_without_room_refuses_who_waits_and_lets_the_others_be_heard) {
    RecordingStore store;
    store.is_roomy = false;
    KeepingCore core({make_history("com.a")}, &store);
    const PeerRef bob = core.join("bob");
    const SubscriptionId id = core.subscribe(bob, "com.a");

    core.publish_value("com.a", 1, acknowledged);
    core.expect_error(core.alice, MessageType::publish, uris::storage_failed);
    BOOST_TEST(core.is_silent(bob));
    core.publish_value("com.a", 2);
    core.expect<Event>(bob);
    BOOST_TEST(core.values_of(id).empty());
}

BOOST_AUTO_TEST_CASE(a_publisher_that_left_is_not_answered) {
    RecordingStore store;
    KeepingCore core({make_history("com.a")}, &store);
    core.publish_value("com.a", 1, acknowledged);

    core.leave(core.alice);
    core.realm.on_stored({true, store.records[0].ticket, 1, 1}, core.effects);

    BOOST_TEST(core.effects.empty());
}

BOOST_AUTO_TEST_CASE(what_a_store_held_is_there_again_and_goes_on_in_order) {
    StoredEvents stored;
    for (std::uint64_t i = 1; i <= 3; ++i) {
        const Publish request{RequestId{1}, {}, "com.a", make_payload({Value(i)})};
        stored.history.push_back(
            {LogKey{"com.a", MatchPolicy::exact}, 10 + i,
             make_kept_event(request, PublicationId{100 + i}, WallTime{}, SessionId{}, {})});
        stored.history.push_back(
            {LogKey{"com.gone", MatchPolicy::exact}, 20 + i, stored.history.back().event});
    }
    stored.retained.push_back({false, stored.history.front().event});
    RecordingStore store;
    KeepingCore core({make_history("com.a", 2)}, &store);

    core.realm.restore(std::move(stored));
    BOOST_REQUIRE_EQUAL(store.records.size(), 2U);
    BOOST_TEST((store.records[0].kind == StoreRecord::Kind::forget_log));
    BOOST_TEST((store.records[1].kind == StoreRecord::Kind::trim));
    core.publish_value("com.a", 4);

    BOOST_TEST(store.records[2].sequence == 24U);
    const SubscriptionId id = core.subscribe(core.alice, "com.a", {{"get_retained", true}});
    BOOST_TEST((core.expect<Event>(core.alice).publication == PublicationId{101}));
    BOOST_TEST((core.values_of(id) == Values{3, 4}));
}

BOOST_AUTO_TEST_CASE(retained_bytes_have_a_limit_and_unacknowledged_ones_are_heard_all_the_same) {
    KeepingCore core({}, nullptr, RealmLimits{.retained_bytes = 4'096});
    const PeerRef bob = core.join("bob");
    core.subscribe(bob, "com.a");
    const Payload huge = make_payload({Value(std::string(5'000, 'x'))});

    core.handle(core.alice, Publish{RequestId{1}, retained, "com.a", huge});
    core.expect<Event>(bob);
    core.handle(core.alice,
                Publish{RequestId{2}, {{"retain", true}, {"acknowledge", true}}, "com.a", huge});
    core.expect_error(core.alice, MessageType::publish, uris::limit_exceeded);
    BOOST_TEST(core.is_silent(bob));
    core.subscribe(bob, "com.a", {{"get_retained", true}});
    BOOST_TEST(core.is_silent(bob));
}

BOOST_AUTO_TEST_CASE(many_retained_events_of_a_pattern_come_in_slices) {
    KeepingCore core({});
    constexpr std::size_t topics = 2 * EventKeeper::slice_topics + 500;
    for (std::size_t i = 0; i < topics; ++i) {
        core.publish_value("com.a." + std::to_string(i), i, retained);
    }
    const PeerRef bob = core.join("bob");

    core.subscribe(bob, "com.a.", {{"match", "prefix"}, {"get_retained", true}});
    BOOST_TEST(core.waiting(bob) <= EventKeeper::slice_topics);
    BOOST_TEST(core.waiting(bob) > EventKeeper::slice_topics / 2);
    int slices = 0;
    while (core.realm.next_deadline()) {
        core.realm.on_time(*core.realm.next_deadline(), core.effects);
        core.deliver();
        BOOST_REQUIRE_LT(++slices, 10);
    }

    BOOST_TEST(core.waiting(bob) == topics);
    BOOST_TEST(slices == 2);
}

BOOST_AUTO_TEST_CASE(searches_of_a_session_have_a_limit_and_end_with_it) {
    KeepingCore core({});
    for (std::size_t i = 0; i < 2 * EventKeeper::slice_topics; ++i) {
        core.publish_value("com.a." + std::to_string(i), i, retained);
    }
    const PeerRef bob = core.join("bob");
    const Dict options{{"match", "prefix"}, {"get_retained", true}};
    for (std::uint32_t i = 0; i < EventKeeper::searches_max; ++i) {
        core.handle(bob, Subscribe{RequestId{1}, options, "com.a."});
    }
    core.forget_all();

    core.handle(bob, Subscribe{RequestId{1}, options, "com.a."});
    core.expect_error(bob, MessageType::subscribe, uris::limit_exceeded);
    core.leave(bob);
    for (int i = 0; core.realm.next_deadline(); ++i) {
        core.realm.on_time(*core.realm.next_deadline(), core.effects);
        BOOST_REQUIRE_LT(i, 100);
    }

    BOOST_TEST(core.effects.empty());
}

BOOST_AUTO_TEST_CASE(a_kept_event_survives_as_bytes_in_every_encoding) {
    for (const Encoding encoding : {Encoding::json, Encoding::msgpack, Encoding::cbor}) {
        const Publish request{RequestId{1},
                              {{"exclude_authid", List{"bob"}}, {"acknowledge", true}},
                              "com.a",
                              make_payload({Value(1)}, {{"k", "v"}}, encoding)};
        const KeptEventPtr event = make_kept_event(request, PublicationId{7}, WallTime{},
                                                   SessionId{5}, {{"publisher", SessionId{5}}});

        const auto read = read_kept_event(encoding, to_bytes(*event), PublicationId{7}, WallTime{});
        BOOST_REQUIRE(read.has_value());
        BOOST_TEST((*read)->topic == "com.a");
        BOOST_TEST(((*read)->details == event->details));
        BOOST_TEST(((*read)->lists == Dict{{"exclude_authid", List{"bob"}}}));
        BOOST_TEST(((*read)->excluded == SessionId{5}));
        const Arguments payload = read_payload((*read)->payload);
        BOOST_TEST((payload.args == List{Value(1)}));
        BOOST_TEST((payload.kwargs == Dict{{"k", "v"}}));
        const auto cut = to_bytes(*event).slice(0, to_bytes(*event).size() - 1);
        BOOST_TEST(!read_kept_event(encoding, cut, PublicationId{7}, WallTime{}).has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()
