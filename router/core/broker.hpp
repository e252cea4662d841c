#pragma once
// Broker: SUBSCRIBE, UNSUBSCRIBE, PUBLISH (rfc/text/basic/publish_subscribe and
// rfc/text/advanced/pubsub_*).
//
// One Subscription per (topic, match policy), shared by its subscribers, who are a flat array: a
// publication copies it into the effects as it is. Owned by the Realm; serial step.

#include "common/base/random.hpp"
#include "router/core/effects.hpp"
#include "router/core/events/event_store.hpp"
#include "router/core/id_map.hpp"
#include "router/core/sessions.hpp"
#include "router/core/shards.hpp"
#include "router/core/topic_index.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace kreisel {

class Eligibility;
class EventKeeper;
class EventLog;
struct Keeping;
class MetaEvents;

struct Subscription {
    SubscriptionId id;
    Uri topic;
    MatchPolicy match = MatchPolicy::exact;
    std::vector<PeerRef> subscribers;
    WallTime created{};
    Shards shards;
    /// Where its events are kept, if they are: then it lives on without subscribers.
    EventLog* log = nullptr;
};

/// One PUBLISH under way.
struct Publication {
    const Session& publisher;
    const Publish& request;
    bool is_acknowledged = false;
    bool is_disclosed = false;  ///< subscribers are told who published
    bool is_retained = false;
    PublicationId id;
};

class Broker {
  public:
    /// The references must outlive the broker.
    Broker(const Sessions& sessions, Random& random, MetaEvents& meta, EventKeeper& keeper,
           std::uint64_t seed)
        : sessions_(sessions), random_(random), meta_(meta), keeper_(keeper), index_(seed) {}

    void subscribe(Session& session, const Subscribe& request, Effects& effects);
    void unsubscribe(Session& session, const Unsubscribe& request, Effects& effects);
    void publish(Session& session, const Publish& request, Effects& effects);
    /// A publication of the router itself, to every subscriber of `topic`.
    void publish_own(std::string_view topic, const Payload& payload, Effects& effects);
    /// The same to one subscriber, if `session` is one.
    void publish_own_to(const Session& session, std::string_view topic, const Payload& payload,
                        Effects& effects);

    /// Takes `session`, which may be leaving, off a subscription, if it holds it.
    void remove_subscriber(Session& session, SubscriptionId subscription);
    /// Takes every subscription away that the session's permissions do not allow (any more).
    void revoke_unpermitted(Session& session, const SessionPermissions& before, Effects& effects);
    /// Takes a subscription away that `session` holds; UNSUBSCRIBED goes to those who know of
    /// revocation, with `reason` if it is not empty.
    void revoke(Session& session, SubscriptionId subscription, std::string_view reason,
                Effects& effects);
    /// Forgets all subscribers; the sessions are forgotten with them.
    void clear();
    /// The events of a pattern go to `log` from now on, or, if it is nullptr, nowhere.
    void set_log(const LogKey& key, EventLog* log);

    [[nodiscard]] bool has_subscribers(std::string_view topic) const;
    /// The subscription of this id, or of this topic and policy; nullptr if there is none.
    [[nodiscard]] const Subscription* find(SubscriptionId id) const;
    [[nodiscard]] const Subscription* find(std::string_view topic, MatchPolicy match) const;
    /// The ids of all subscriptions that take `topic`.
    [[nodiscard]] std::vector<SubscriptionId> matching(std::string_view topic) const;
    /// Calls `visit(subscription)` for each, in no order.
    template <class Visit>
    void visit_subscriptions(Visit visit) const {
        for (const auto& subscription : subscriptions_) {
            if (subscription != nullptr) visit(*subscription);
        }
    }

    /// Those that somebody holds.
    [[nodiscard]] std::size_t subscription_count() const { return held_count_; }
    [[nodiscard]] std::size_t subscriber_count() const { return subscriber_count_; }

  private:
    using Handle = TopicIndex::Entry;

    [[nodiscard]] Handle add_subscription(const Uri& topic, MatchPolicy match);
    void remove_subscription(Handle handle);
    /// Whether it may be published; refuses it otherwise.
    [[nodiscard]] bool judge(Publication& publication, Effects& effects);
    /// EVENTs to whoever holds one of the matched subscriptions.
    void distribute(const Publication& publication, Effects& effects);
    /// A publication to a topic with history, or one to be retained.
    void publish_kept(const Publication& publication, Effects& effects);
    /// The logs of the matched subscriptions and the event as it is kept; none if nothing is.
    [[nodiscard]] Keeping keeping_of(const Publication& publication) const;
    static void refuse(const Publication& publication, Error error, Effects& effects);
    static void acknowledge(const Publication& publication, Effects& effects);
    void send_event(const Session& publisher, const Subscription& subscription, Event event,
                    bool is_publisher_excluded, const Eligibility& eligibility, Effects& effects);
    /// Those without a node key, and one of the others.
    void add_sharded_receivers(const Session* excluded, const Subscription& subscription,
                               const Eligibility& eligibility, Effects& effects) const;
    void add_judged_receivers(const Session* excluded, const Subscription& subscription,
                              const Eligibility& eligibility, Effects& effects) const;

    const Sessions& sessions_;
    Random& random_;
    MetaEvents& meta_;
    EventKeeper& keeper_;
    TopicIndex index_;
    std::vector<std::unique_ptr<Subscription>> subscriptions_;  ///< by handle
    std::vector<Handle> free_;
    IdMap<Handle> by_id_;
    std::uint64_t last_id_ = 0;
    std::size_t subscriber_count_ = 0;
    std::size_t held_count_ = 0;
    std::vector<Handle> matched_;  ///< of one publication; kept for its memory
};

}  // namespace kreisel
