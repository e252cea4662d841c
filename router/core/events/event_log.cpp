#include "router/core/events/event_log.hpp"

#include "common/codec/codec.hpp"
#include "common/wamp/errors.hpp"
#include "router/core/eligibility.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace kreisel {

namespace {

bool is_asked_for(const KeptEvent& event, const HistoryQuery& query) {
    const Timestamp time = event.time;
    return (!query.from_time || time >= *query.from_time) &&
           (!query.after_time || time > *query.after_time) &&
           (!query.before_time || time < *query.before_time) &&
           (!query.until_time || time <= *query.until_time) &&
           (!query.topic || event.topic == *query.topic);
}

}  // namespace

void EventLog::append(std::uint64_t sequence, KeptEventPtr event) {
    bytes_ += event->bytes;
    entries_.push_back({sequence, std::move(event)});
}

bool EventLog::is_too_old(const KeptEvent& event, WallTime now) const {
    return rule_.age_max > Duration{0} && now - event.time > rule_.age_max;
}

std::optional<std::uint64_t> EventLog::trim(WallTime now) {
    std::optional<std::uint64_t> last;
    while (!entries_.empty() && (entries_.size() > rule_.events_max || bytes_ > rule_.bytes_max ||
                                 is_too_old(*entries_.front().event, now))) {
        last = entries_.front().sequence;
        bytes_ -= entries_.front().event->bytes;
        entries_.pop_front();
    }
    return last;
}

void EventLog::remove(std::uint64_t first_sequence, std::uint64_t last_sequence) {
    std::erase_if(entries_, [&](const Entry& entry) {
        if (entry.sequence < first_sequence || entry.sequence > last_sequence) return false;
        bytes_ -= entry.event->bytes;
        return true;
    });
}

std::optional<WallTime> EventLog::next_expiry() const {
    if (entries_.empty() || rule_.age_max == Duration{0}) return std::nullopt;
    return entries_.front().event->time +
           std::chrono::ceil<std::chrono::milliseconds>(rule_.age_max);
}

Result<std::size_t> EventLog::place_of(PublicationId publication) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.event->publication == publication;
    });
    if (found == entries_.end()) {
        return fail(uris::invalid_argument, "the history does not hold the publication " +
                                                std::to_string(publication.value));
    }
    return static_cast<std::size_t>(found - entries_.begin());
}

Result<EventLog::Range> EventLog::range_of(const HistoryQuery& query) const {
    Range range{0, entries_.size()};
    struct Bound {
        const std::optional<PublicationId>& publication;
        std::size_t Range::*end;
        std::size_t offset;
    };
    const Bound bounds[] = {{query.from_publication, &Range::begin, 0},
                            {query.after_publication, &Range::begin, 1},
                            {query.before_publication, &Range::end, 0},
                            {query.until_publication, &Range::end, 1}};
    for (const Bound& bound : bounds) {
        if (!bound.publication) continue;
        const auto place = place_of(*bound.publication);
        if (!place) return tl::unexpected(place.error());
        std::size_t& end = range.*bound.end;
        const std::size_t wanted = *place + bound.offset;
        end = bound.end == &Range::begin ? std::max(end, wanted) : std::min(end, wanted);
    }
    return range;
}

Result<HistoryPage> EventLog::find(const HistoryQuery& query, const SessionInfo& asker,
                                   SubscriptionId subscription, WallTime now) const {
    const auto range = range_of(query);
    if (!range) return tl::unexpected(range.error());
    HistoryPage page;
    std::size_t bytes = 0;
    for (std::size_t i = range->begin; i < range->end; ++i) {
        const std::size_t place = query.is_reverse ? range->end - 1 - (i - range->begin) : i;
        const KeptEvent& event = *entries_[place].event;
        if (!is_asked_for(event, query) || is_too_old(event, now)) continue;
        if (!is_eligible(event.lists, asker)) continue;
        if (page.events.size() == query.limit) break;
        bytes += event.bytes;
        page.has_more = page.events.size() == answer_events_max ||
                        (bytes > answer_bytes_max && !page.events.empty());
        if (page.has_more) break;
        page.events.push_back(tell(event, subscription));
    }
    return page;
}

// WAMP a/pubsub_event_history: the Event object of the result.
Value EventLog::tell(const KeptEvent& event, SubscriptionId subscription) const {
    Dict details = event.details;
    if (rule_.match != MatchPolicy::exact) details.append("topic", event.topic);
    Dict told{{"timestamp", iso8601(event.time)},
              {"subscription", subscription},
              {"publication", event.publication},
              {"details", std::move(details)}};
    Arguments payload = read_payload(event.payload);
    if (!payload.args.empty()) told.append("args", std::move(payload.args));
    if (!payload.kwargs.empty()) told.append("kwargs", std::move(payload.kwargs));
    return told;
}

}  // namespace kreisel
