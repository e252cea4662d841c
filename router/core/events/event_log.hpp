#pragma once
// EventLog: the history of one subscription, bounded by count, bytes and age, in order of arrival.
// Owned by the EventKeeper, referred to by the Subscription; serial step.

#include "router/core/events/event_store.hpp"
#include "router/core/events/history_query.hpp"
#include "router/core/events/history_rule.hpp"
#include "router/core/sessions.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace kreisel {

/// Events as get_events gives them.
struct HistoryPage {
    List events;
    bool has_more = false;  ///< cut at the bounds of one answer
};

class EventLog {
  public:
    explicit EventLog(HistoryRule rule) : rule_(std::move(rule)) {}

    [[nodiscard]] const HistoryRule& rule() const { return rule_; }
    void set_rule(HistoryRule rule) { rule_ = std::move(rule); }
    [[nodiscard]] LogKey key() const { return {rule_.uri, rule_.match}; }

    void append(std::uint64_t sequence, KeptEventPtr event);
    /// Drops what is beyond the limits; the last sequence that went, if any did.
    std::optional<std::uint64_t> trim(WallTime now);
    /// Takes back what could not be stored.
    void remove(std::uint64_t first_sequence, std::uint64_t last_sequence);
    /// When the oldest event is too old, if there is a limit.
    [[nodiscard]] std::optional<WallTime> next_expiry() const;

    /// What `asker` may see of what `query` asks for, as events of `subscription`.
    [[nodiscard]] Result<HistoryPage> find(const HistoryQuery& query, const SessionInfo& asker,
                                           SubscriptionId subscription, WallTime now) const;

    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    struct Entry {
        std::uint64_t sequence = 0;
        KeptEventPtr event;
    };
    /// Places [begin, end) in entries_.
    struct Range {
        std::size_t begin = 0;
        std::size_t end = 0;
    };
    [[nodiscard]] bool is_too_old(const KeptEvent& event, WallTime now) const;
    [[nodiscard]] Result<std::size_t> place_of(PublicationId publication) const;
    [[nodiscard]] Result<Range> range_of(const HistoryQuery& query) const;
    [[nodiscard]] Value tell(const KeptEvent& event, SubscriptionId subscription) const;

    HistoryRule rule_;
    std::deque<Entry> entries_;
    std::size_t bytes_ = 0;
};

}  // namespace kreisel
