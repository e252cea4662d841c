#pragma once
// EventKeeper: what the realm keeps of its publications, and who waits for that: history, retained
// events, and the PUBLISHED that is sent when a store has committed.
//
// What a store could not write is taken out of the history again, so that nobody reads what a
// restart would lose. Owned by the Realm; serial step.

#include "router/core/effects.hpp"
#include "router/core/events/event_log.hpp"
#include "router/core/events/retained_events.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace kreisel {

class Broker;
struct Subscription;

/// One publication that is to be kept, and where.
struct Keeping {
    std::vector<EventLog*> logs;
    bool is_retained = false;
    KeptEventPtr event;
};

class EventKeeper {
  public:
    /// What one slice of a search for retained events looks at and sends.
    static constexpr std::size_t slice_topics = 1'000;
    static constexpr std::size_t slice_bytes = std::size_t{256} << 10;
    /// Searches of one session that may be under way.
    static constexpr std::uint32_t searches_max = 10;

    /// The references must outlive the keeper, and so must `store`, which may be nullptr.
    EventKeeper(const Sessions& sessions, const RealmLimits& limits, const RealmTime& time,
                EventStore* store)
        : sessions_(sessions), limits_(limits), time_(time), store_(store) {}

    /// Logs for these rules and no others; each hangs on a subscription that exists from now on.
    void set_rules(const std::vector<HistoryRule>& rules, Broker& broker);
    /// What the store held when the realm started.
    void restore(StoredEvents stored);
    /// Whether any topic has a history.
    [[nodiscard]] bool has_logs() const { return !logs_.empty(); }

    /// Whether there is room for all of it. Takes the logs out that must not hold it.
    [[nodiscard]] Result<void> judge(Keeping& keeping, const Session& publisher) const;
    /// Keeps it. True if PUBLISHED is to be sent by on_stored(): somebody waits and the topic wants
    /// it durable.
    [[nodiscard]] bool keep(const Keeping& keeping, const Session& publisher, RequestId request,
                            bool is_acknowledged);
    void on_stored(const StoreOutcome& outcome, Effects& effects);

    /// Whether the session may ask for the retained events of one more subscription.
    [[nodiscard]] static bool may_search(const Session& session) {
        return session.retained_searches < searches_max;
    }
    /// Sends what is retained for a subscription of `session`; of a pattern with many topics a
    /// slice now and the rest by on_time().
    void send_retained(Session& session, const Subscription& subscription, Effects& effects);

    [[nodiscard]] std::optional<TimePoint> next_deadline() const;
    void on_time(Effects& effects);

    [[nodiscard]] const RetainedEvents& retained() const { return retained_; }
    [[nodiscard]] std::size_t waiting_count() const { return waiting_.size(); }

  private:
    /// A PUBLISHED that waits for the store.
    struct Waiting {
        std::uint64_t ticket = 0;
        PeerRef peer;
        RequestId request;
        PublicationId publication;
    };
    /// A search for the retained events of a pattern, as far as it has come.
    struct Search {
        PeerRef peer;
        SubscriptionId subscription;
        LogKey pattern;
        std::optional<Uri> cursor;
    };
    using Records = std::vector<StoreRecord>;

    void keep_in_logs(const Keeping& keeping, Records& records);
    void keep_retained(const KeptEventPtr& event, Records& records);
    void trim(EventLog& log, Records& records);
    void write(Records records);
    /// Looks at the next slice of topics. True when the search is over.
    bool run(Search& search, Effects& effects);
    void run_searches(Effects& effects);
    void plan_expiry();

    const Sessions& sessions_;
    const RealmLimits& limits_;
    const RealmTime& time_;
    EventStore* store_;
    std::map<LogKey, std::unique_ptr<EventLog>> logs_;
    RetainedEvents retained_;
    std::deque<Search> searches_;
    std::deque<Waiting> waiting_;
    std::uint64_t last_sequence_ = 0;
    std::uint64_t last_ticket_ = 0;
    std::optional<TimePoint> expiry_;  ///< when some log may hold an event that is too old
};

}  // namespace kreisel
