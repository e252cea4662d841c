#pragma once
// RetainedEvents: the event that each topic keeps for those who subscribe later
// (rfc/text/advanced/pubsub_event_retention).
//
// A topic keeps its last event for everybody (open) and, if a later one was for some only (listed),
// that one too: each subscriber gets the most recent it would have been sent. Owned by the
// EventKeeper; serial step.

#include "router/core/events/event_store.hpp"
#include "router/core/sessions.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string_view>

namespace kreisel {

class RetainedEvents {
  public:
    /// Whether `event` may be kept beside the others.
    [[nodiscard]] bool has_room(const KeptEvent& event, const RealmLimits& limits) const;
    void set(KeptEventPtr event);
    /// True if the topic had any.
    bool clear(std::string_view topic);

    /// The one that `session` gets, or nullptr.
    [[nodiscard]] KeptEventPtr find(std::string_view topic, const SessionInfo& session) const;
    /// Calls `visit` with what `session` gets of the topics that `pattern` takes, in order, those
    /// after `cursor` only. `visit` returns false to pause; at most `topics_max` topics are looked
    /// at. The last topic looked at, or nothing when all of them were.
    template <class Visit>
    std::optional<Uri> find_some(const LogKey& pattern, const std::optional<Uri>& cursor,
                                 const SessionInfo& session, std::size_t topics_max,
                                 Visit visit) const;

    [[nodiscard]] std::size_t size() const { return topics_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    struct Topic {
        KeptEventPtr open;
        KeptEventPtr listed;
    };
    using Topics = std::map<Uri, Topic, std::less<>>;

    [[nodiscard]] static KeptEventPtr best_of(const Topic& topic, const SessionInfo& session);
    /// The text that every topic of a pattern begins with.
    [[nodiscard]] static std::string_view beginning_of(const LogKey& pattern);

    Topics topics_;
    std::size_t bytes_ = 0;
};

template <class Visit>
std::optional<Uri> RetainedEvents::find_some(const LogKey& pattern,
                                             const std::optional<Uri>& cursor,
                                             const SessionInfo& session, std::size_t topics_max,
                                             Visit visit) const {
    const std::string_view beginning = beginning_of(pattern);
    auto at = cursor ? topics_.upper_bound(*cursor) : topics_.lower_bound(beginning);
    for (std::size_t seen = 1; at != topics_.end() && at->first.starts_with(beginning); ++at) {
        bool goes_on = seen++ < topics_max;
        if (matches(pattern.uri, pattern.match, at->first)) {
            const KeptEventPtr event = best_of(at->second, session);
            if (event != nullptr) goes_on = visit(event) && goes_on;
        }
        if (!goes_on) return at->first;
    }
    return std::nullopt;
}

}  // namespace kreisel
