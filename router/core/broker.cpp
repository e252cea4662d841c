#include "router/core/broker.hpp"

#include "common/base/check.hpp"
#include "router/core/answers.hpp"
#include "router/core/eligibility.hpp"
#include "router/core/events/event_keeper.hpp"
#include "router/core/meta/meta_events.hpp"
#include "router/core/passthru.hpp"
#include "router/core/rendezvous.hpp"

#include <span>
#include <string>
#include <utility>

namespace kreisel {

namespace {

bool is_false(const Dict& options, std::string_view key) {
    const Value* value = options.find(key);
    const bool* flag = value == nullptr ? nullptr : value->get_if<bool>();
    return flag != nullptr && !*flag;
}

/// EVENT.Details, the same for all subscriptions but for the topic.
Dict details_of(const Publication& publication, const Subscription& subscription) {
    Dict details;
    if (subscription.match != MatchPolicy::exact) {
        details.append("topic", Value(std::string_view(publication.request.topic)));
    }
    if (publication.is_disclosed) {
        const SessionInfo& publisher = publication.publisher.info;
        details.append("publisher", publisher.id);
        details.append("publisher_authid", publisher.authid);
        details.append("publisher_authrole", publisher.authrole);
    }
    if (const auto trust = publication.publisher.permissions.trust_level()) {
        details.append("trustlevel", std::uint64_t{*trust});
    }
    forward_passthru(publication.request.options, details);
    return details;
}

}  // namespace

void Broker::subscribe(Session& session, const Subscribe& request, Effects& effects) {
    const auto refuse = [&](std::string_view uri, std::string text) {
        effects.send(session.ref,
                     make_error(MessageType::subscribe, request.request, uri, std::move(text)));
    };
    const auto match = match_policy_of(request.options.find_text("match").value_or("exact"));
    if (!match) {
        return refuse(uris::invalid_argument, "match is none of exact, prefix and wildcard");
    }
    if (!TopicIndex::takes(request.topic, *match)) {
        return refuse(uris::limit_exceeded, "the pattern has too many components");
    }
    const bool wants_retained = request.options.is_true("get_retained");
    if (wants_retained && *match != MatchPolicy::exact && !EventKeeper::may_search(session)) {
        return refuse(uris::limit_exceeded,
                      "the session waits for the retained events of as many patterns as it may");
    }
    Handle handle = index_.find(request.topic, *match);
    const bool is_new = handle == TopicIndex::no_entry;
    // A repeated SUBSCRIBE gets the id it has, and events once
    // (rfc/text/basic/publish_subscribe: Subscribing).
    const std::uint32_t* held =
        is_new ? nullptr : session.subscriptions.find(subscriptions_[handle]->id.value);
    const auto nkey = request.options.find_text("nkey");
    if (held != nullptr && !subscriptions_[handle]->shards.is_same(*held, nkey)) {
        return refuse(uris::invalid_argument,
                      "the session holds this subscription with another nkey; unsubscribe first");
    }
    if (held == nullptr) {
        if (session.subscriptions.size() >= session.limits->subscriptions_per_session) {
            session.reached(RealmLimit::subscriptions_per_session);
            return refuse(uris::limit_exceeded,
                          "the session holds as many subscriptions as it may");
        }
        if (is_new) handle = add_subscription(request.topic, *match);
        Subscription& subscription = *subscriptions_[handle];
        session.subscriptions.insert(subscription.id.value,
                                     static_cast<std::uint32_t>(subscription.subscribers.size()));
        subscription.shards.add(subscription.subscribers.size(), nkey);
        subscription.subscribers.push_back(session.ref);
        if (subscription.subscribers.size() == 1) ++held_count_;
        ++subscriber_count_;
        meta_.subscribed(session, subscription);
    }
    effects.send(session.ref, Subscribed{request.request, subscriptions_[handle]->id});
    if (wants_retained) keeper_.send_retained(session, *subscriptions_[handle], effects);
}

void Broker::unsubscribe(Session& session, const Unsubscribe& request, Effects& effects) {
    if (session.subscriptions.find(request.subscription.value) == nullptr) {
        effects.send(session.ref, make_error(MessageType::unsubscribe, request.request,
                                             uris::no_such_subscription,
                                             "the session holds no subscription of this id"));
        return;
    }
    remove_subscriber(session, request.subscription);
    effects.send(session.ref, Unsubscribed{request.request, {}});
}

void Broker::publish(Session& session, const Publish& request, Effects& effects) {
    Publication publication{session,
                            request,
                            request.options.is_true("acknowledge"),
                            false,
                            request.options.is_true("retain"),
                            {}};
    if (!judge(publication, effects)) return;
    matched_.clear();
    index_.match(request.topic, [this](Handle handle) { matched_.push_back(handle); });
    const bool may_be_kept = publication.is_retained || keeper_.has_logs();
    if (matched_.empty() && !publication.is_acknowledged && !may_be_kept) return;
    publication.id = PublicationId{random_.global_id()};
    if (may_be_kept) return publish_kept(publication, effects);
    if (!matched_.empty()) distribute(publication, effects);
    acknowledge(publication, effects);
}

void Broker::publish_kept(const Publication& publication, Effects& effects) {
    Keeping keeping = keeping_of(publication);
    bool is_kept = keeping.event != nullptr;
    if (is_kept) {
        auto judged = keeper_.judge(keeping, publication.publisher);
        if (!judged && publication.is_acknowledged) {
            return refuse(publication, std::move(judged.error()), effects);
        }
        // Unacknowledged, it is better heard by those who are there than by nobody.
        is_kept = judged.has_value();
    }
    if (!matched_.empty()) distribute(publication, effects);
    const bool waits =
        is_kept && keeper_.keep(keeping, publication.publisher, publication.request.request,
                                publication.is_acknowledged);
    if (!waits) acknowledge(publication, effects);
}

Keeping Broker::keeping_of(const Publication& publication) const {
    Keeping keeping{{}, publication.is_retained, nullptr};
    for (const Handle handle : matched_) {
        EventLog* log = subscriptions_[handle]->log;
        if (log != nullptr) keeping.logs.push_back(log);
    }
    if (keeping.logs.empty() && !keeping.is_retained) return keeping;
    const bool is_excluded = !is_false(publication.request.options, "exclude_me");
    keeping.event = make_kept_event(publication.request, publication.id, meta_.wall(),
                                    is_excluded ? publication.publisher.info.id : SessionId{},
                                    details_of(publication, Subscription{}));
    return keeping;
}

void Broker::refuse(const Publication& publication, Error error, Effects& effects) {
    if (!publication.is_acknowledged) return;  // nobody waits, and no answer may be sent
    effects.send(publication.publisher.ref,
                 make_error(MessageType::publish, publication.request.request, error.uri,
                            std::move(error.text)));
}

void Broker::acknowledge(const Publication& publication, Effects& effects) {
    if (!publication.is_acknowledged) return;
    effects.send(publication.publisher.ref, Published{publication.request.request, publication.id});
}

bool Broker::judge(Publication& publication, Effects& effects) {
    const Publish& request = publication.request;
    const auto deny = [&](std::string_view uri, std::string text) {
        refuse(publication, Error{uri, std::move(text)}, effects);
        return false;
    };
    if (is_reserved_uri(request.topic)) {
        return deny(uris::invalid_uri, "topics of wamp belong to the protocol");
    }
    const bool is_asked = request.options.is_true("disclose_me");
    const Disclose rule = publication.publisher.disclosure(Action::publish, request.topic);
    if (is_asked && rule == Disclose::never) {
        return deny(uris::disclose_me_disallowed, "publishers of this topic are not disclosed");
    }
    publication.is_disclosed = is_disclosed(rule, is_asked);
    return true;
}

void Broker::distribute(const Publication& publication, Effects& effects) {
    const Publish& request = publication.request;
    const Eligibility eligibility(request.options);
    const bool is_publisher_excluded = !is_false(request.options, "exclude_me");
    for (const Handle handle : matched_) {
        const Subscription& subscription = *subscriptions_[handle];
        if (subscription.subscribers.empty()) continue;
        send_event(publication.publisher, subscription,
                   Event{subscription.id, publication.id, details_of(publication, subscription),
                         request.payload},
                   is_publisher_excluded, eligibility, effects);
    }
}

void Broker::publish_own(std::string_view topic, const Payload& payload, Effects& effects) {
    matched_.clear();
    index_.match(topic, [this](Handle handle) { matched_.push_back(handle); });
    if (matched_.empty()) return;
    const PublicationId publication{random_.global_id()};
    for (const Handle handle : matched_) {
        const Subscription& subscription = *subscriptions_[handle];
        Event event{subscription.id, publication, {}, payload};
        if (subscription.match != MatchPolicy::exact) event.details.append("topic", topic);
        effects.begin_event(std::move(event));
        for (const PeerRef subscriber : subscription.subscribers) {
            if (sessions_.find(subscriber) != nullptr) effects.add_receiver(subscriber);
        }
        effects.end_event();
    }
}

void Broker::publish_own_to(const Session& session, std::string_view topic, const Payload& payload,
                            Effects& effects) {
    matched_.clear();
    index_.match(topic, [this](Handle handle) { matched_.push_back(handle); });
    for (const Handle handle : matched_) {
        const Subscription& subscription = *subscriptions_[handle];
        if (session.subscriptions.find(subscription.id.value) == nullptr) continue;
        Event event{subscription.id, PublicationId{random_.global_id()}, {}, payload};
        if (subscription.match != MatchPolicy::exact) event.details.append("topic", topic);
        effects.begin_event(std::move(event));
        effects.add_receiver(session.ref);
        effects.end_event();
    }
}

void Broker::send_event(const Session& publisher, const Subscription& subscription, Event event,
                        bool is_publisher_excluded, const Eligibility& eligibility,
                        Effects& effects) {
    effects.begin_event(std::move(event));
    if (!eligibility.is_open() || sessions_.has_leaving()) {
        add_judged_receivers(is_publisher_excluded ? &publisher : nullptr, subscription,
                             eligibility, effects);
    } else {
        // Everybody but the publisher: two runs of the array around its place.
        const std::span<const PeerRef> all(subscription.subscribers);
        const std::uint32_t* place =
            is_publisher_excluded ? publisher.subscriptions.find(subscription.id.value) : nullptr;
        if (place == nullptr) {
            effects.add_receivers(all);
        } else {
            effects.add_receivers(all.first(*place));
            effects.add_receivers(all.subspan(*place + std::size_t{1}));
        }
    }
    effects.end_event();
}

void Broker::add_judged_receivers(const Session* excluded, const Subscription& subscription,
                                  const Eligibility& eligibility, Effects& effects) const {
    const auto add_if_admitted = [&](const Session* receiver) {
        if (receiver == nullptr || receiver == excluded) return;
        if (eligibility.admits(receiver->info)) effects.add_receiver(receiver->ref);
    };
    if (eligibility.rkey() && !subscription.shards.empty()) {
        return add_sharded_receivers(excluded, subscription, eligibility, effects);
    }
    const auto& chosen = eligibility.eligible_sessions();
    if (chosen && chosen->size() < subscription.subscribers.size()) {
        // A few named receivers among many subscribers: ask from their side.
        for (const SessionId id : *chosen) {
            const Session* receiver = sessions_.find(id);
            if (receiver == nullptr) continue;
            if (receiver->subscriptions.find(subscription.id.value) != nullptr) {
                add_if_admitted(receiver);
            }
        }
        return;
    }
    for (const PeerRef subscriber : subscription.subscribers) {
        add_if_admitted(sessions_.find(subscriber));
    }
}

void Broker::add_sharded_receivers(const Session* excluded, const Subscription& subscription,
                                   const Eligibility& eligibility, Effects& effects) const {
    Rendezvous search(*eligibility.rkey());
    const Session* chosen = nullptr;
    for (std::size_t place = 0; place < subscription.subscribers.size(); ++place) {
        const Session* receiver = sessions_.find(subscription.subscribers[place]);
        if (receiver == nullptr || receiver == excluded) continue;
        if (!eligibility.admits(receiver->info)) continue;
        const Shards::Node* node = subscription.shards.find(place);
        if (node == nullptr) {
            effects.add_receiver(receiver->ref);
        } else if (search.offer(node->key, node->order)) {
            chosen = receiver;
        }
    }
    if (chosen != nullptr) effects.add_receiver(chosen->ref);
}

void Broker::remove_subscriber(Session& session, SubscriptionId id) {
    const std::uint32_t* found = session.subscriptions.find(id.value);
    if (found == nullptr) return;
    const std::uint32_t place = *found;
    const Handle* handle = by_id_.find(id.value);
    CHECK(handle != nullptr, "a subscription that is held exists");
    Subscription& subscription = *subscriptions_[*handle];
    auto& subscribers = subscription.subscribers;
    CHECK(place < subscribers.size() && subscribers[place] == session.ref,
          "a subscriber stands where its session says");
    // The last one takes the free place: events to different subscribers have no order.
    const PeerRef moved = subscribers.back();
    subscribers[place] = moved;
    *sessions_.find_with_leaving(moved)->subscriptions.find(id.value) = place;
    subscribers.pop_back();
    subscription.shards.remove(place);
    session.subscriptions.erase(id.value);
    --subscriber_count_;
    meta_.unsubscribed(session, subscription);
    if (!subscribers.empty()) return;
    --held_count_;
    if (subscription.log == nullptr) remove_subscription(*handle);
}

void Broker::revoke_unpermitted(Session& session, const SessionPermissions& before,
                                Effects& effects) {
    for (const std::uint64_t id : session.subscriptions.keys()) {
        const Subscription& subscription = *subscriptions_[*by_id_.find(id)];
        if (session.permissions.may_keep(before, Action::subscribe, subscription.topic,
                                         subscription.match)) {
            continue;
        }
        revoke(session, SubscriptionId{id}, uris::not_authorized, effects);
    }
}

void Broker::revoke(Session& session, SubscriptionId id, std::string_view reason,
                    Effects& effects) {
    remove_subscriber(session, id);
    if (!session.info.roles.has(Role::subscriber, Feature::subscription_revocation)) return;
    Dict details{{"subscription", id}};
    if (!reason.empty()) details.append("reason", reason);
    effects.send(session.ref, Unsubscribed{RequestId{}, std::move(details)});
}

void Broker::clear() {
    for (auto& subscription : subscriptions_) {
        if (subscription == nullptr) continue;
        subscriber_count_ -= subscription->subscribers.size();
        if (!subscription->subscribers.empty()) --held_count_;
        subscription->subscribers.clear();
        if (subscription->log != nullptr) continue;
        remove_subscription(index_.find(subscription->topic, subscription->match));
    }
    CHECK(subscriber_count_ == 0 && held_count_ == 0, "every subscriber has a subscription");
}

void Broker::set_log(const LogKey& key, EventLog* log) {
    Handle handle = index_.find(key.uri, key.match);
    if (handle == TopicIndex::no_entry) {
        if (log == nullptr) return;
        handle = add_subscription(key.uri, key.match);
    }
    Subscription& subscription = *subscriptions_[handle];
    subscription.log = log;
    if (log == nullptr && subscription.subscribers.empty()) remove_subscription(handle);
}

bool Broker::has_subscribers(std::string_view topic) const {
    bool is_taken = false;
    index_.match(topic, [&](Handle handle) {
        is_taken = is_taken || !subscriptions_[handle]->subscribers.empty();
    });
    return is_taken;
}

const Subscription* Broker::find(SubscriptionId id) const {
    const Handle* handle = by_id_.find(id.value);
    return handle == nullptr ? nullptr : subscriptions_[*handle].get();
}

const Subscription* Broker::find(std::string_view topic, MatchPolicy match) const {
    const Handle handle = index_.find(topic, match);
    return handle == TopicIndex::no_entry ? nullptr : subscriptions_[handle].get();
}

std::vector<SubscriptionId> Broker::matching(std::string_view topic) const {
    std::vector<SubscriptionId> ids;
    index_.match(topic, [&](Handle handle) { ids.push_back(subscriptions_[handle]->id); });
    return ids;
}

Broker::Handle Broker::add_subscription(const Uri& topic, MatchPolicy match) {
    Handle handle = 0;
    if (free_.empty()) {
        handle = static_cast<Handle>(subscriptions_.size());
        subscriptions_.emplace_back();
    } else {
        handle = free_.back();
        free_.pop_back();
    }
    const SubscriptionId id{++last_id_};
    subscriptions_[handle] = std::make_unique<Subscription>(
        Subscription{id, topic, match, {}, meta_.wall(), {}, nullptr});
    by_id_.insert(id.value, handle);
    index_.insert(topic, match, handle);
    return handle;
}

void Broker::remove_subscription(Handle handle) {
    const Subscription& subscription = *subscriptions_[handle];
    index_.erase(subscription.topic, subscription.match);
    by_id_.erase(subscription.id.value);
    subscriptions_[handle].reset();
    free_.push_back(handle);
}

}  // namespace kreisel
