#include "router/core/meta/subscription_procedures.hpp"

#include "common/wamp/errors.hpp"
#include "router/core/broker.hpp"
#include "router/core/meta/argument_reader.hpp"
#include "router/core/meta/details.hpp"
#include "router/core/meta/id_lists.hpp"

namespace kreisel {

namespace {

tl::unexpected<Error> no_such_subscription() {
    return fail(uris::no_such_subscription, "the realm has no subscription of this id");
}

/// The subscription, unless all its subscribers are leaving: then it is gone already.
const Subscription* present(const RealmTables& realm, const Subscription* subscription) {
    if (subscription == nullptr || !realm.sessions.has_leaving()) return subscription;
    return joined_ids(realm.sessions, subscription->subscribers).empty() ? nullptr : subscription;
}

MetaAnswer list(RealmTables& realm, const MetaCall& call, Effects&) {
    ArgumentReader given(call, 0);
    if (given.has_fault()) return given.fault();
    IdLists ids;
    realm.broker.visit_subscriptions([&](const Subscription& subscription) {
        if (present(realm, &subscription) != nullptr) {
            ids.add(subscription.match, subscription.id.value);
        }
    });
    return Arguments{{Value(ids.take())}, {}};
}

MetaAnswer lookup(RealmTables& realm, const MetaCall& call, Effects&) {
    ArgumentReader given(call, 2);
    const std::string_view topic = given.text(0, "topic");
    const MatchPolicy match = given.match(1);
    if (given.has_fault()) return given.fault();
    const Subscription* found = present(realm, realm.broker.find(topic, match));
    return Arguments{{found == nullptr ? Value() : Value(found->id)}, {}};
}

MetaAnswer match(RealmTables& realm, const MetaCall& call, Effects&) {
    ArgumentReader given(call, 1);
    const std::string_view topic = given.text(0, "topic");
    if (given.has_fault()) return given.fault();
    List ids;
    for (const SubscriptionId id : realm.broker.matching(topic)) {
        if (present(realm, realm.broker.find(id)) != nullptr) ids.emplace_back(id);
    }
    return Arguments{{ids.empty() ? Value() : Value(std::move(ids))}, {}};
}

/// The subscription whose id is the one argument.
Result<const Subscription*> read_subscription(const RealmTables& realm, const MetaCall& call) {
    ArgumentReader given(call, 1);
    const SubscriptionId id{given.id(0, "subscription")};
    if (given.has_fault()) return given.fault();
    const Subscription* found = present(realm, realm.broker.find(id));
    if (found == nullptr) return no_such_subscription();
    return found;
}

MetaAnswer get(RealmTables& realm, const MetaCall& call, Effects&) {
    const auto subscription = read_subscription(realm, call);
    if (!subscription) return tl::unexpected<Error>(subscription.error());
    return Arguments{{Value(details_of(**subscription))}, {}};
}

MetaAnswer list_subscribers(RealmTables& realm, const MetaCall& call, Effects&) {
    const auto subscription = read_subscription(realm, call);
    if (!subscription) return tl::unexpected<Error>(subscription.error());
    return Arguments{{Value(joined_ids(realm.sessions, (*subscription)->subscribers))}, {}};
}

MetaAnswer count_subscribers(RealmTables& realm, const MetaCall& call, Effects&) {
    const auto subscription = read_subscription(realm, call);
    if (!subscription) return tl::unexpected<Error>(subscription.error());
    const List subscribers = joined_ids(realm.sessions, (*subscription)->subscribers);
    return Arguments{{Value(std::uint64_t{subscribers.size()})}, {}};
}

MetaAnswer remove_subscriber(RealmTables& realm, const MetaCall& call, Effects& effects) {
    ArgumentReader given(call, 3);
    const SubscriptionId id{given.id(0, "subscription")};
    const SessionId session{given.id(1, "subscriber")};
    const auto reason = given.find_text("reason", 2);
    if (given.has_fault()) return given.fault();
    Session* subscriber = realm.sessions.find(session);
    if (realm.broker.find(id) == nullptr) return no_such_subscription();
    if (subscriber == nullptr) {
        return fail(uris::no_such_session, "no session of this id is in the realm");
    }
    if (subscriber->subscriptions.find(id.value) == nullptr) {
        return fail(uris::no_such_subscription, "the session does not hold this subscription");
    }
    realm.broker.revoke(*subscriber, id, reason.value_or(""), effects);
    return Arguments{};
}

constexpr MetaProcedure procedures[] = {{"wamp.subscription.list", list},
                                        {"wamp.subscription.lookup", lookup},
                                        {"wamp.subscription.match", match},
                                        {"wamp.subscription.get", get},
                                        {"wamp.subscription.list_subscribers", list_subscribers},
                                        {"wamp.subscription.count_subscribers", count_subscribers},
                                        {"wamp.subscription.remove_subscriber", remove_subscriber}};

}  // namespace

std::span<const MetaProcedure> subscription_procedures() { return procedures; }

}  // namespace kreisel
