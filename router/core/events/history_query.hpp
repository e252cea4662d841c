#pragma once
// HistoryQuery: what wamp.subscription.get_events asks (rfc/text/advanced/pubsub_event_history).
// All conditions hold together. Pure.

#include "common/base/result.hpp"
#include "common/base/timestamp.hpp"
#include "common/wamp/uri.hpp"
#include "common/wamp/value.hpp"

#include <cstdint>
#include <optional>

namespace kreisel {

/// What one answer holds at most; one event is always in it.
inline constexpr std::size_t answer_events_max = 1'000;
inline constexpr std::size_t answer_bytes_max = std::size_t{1} << 20;

struct HistoryQuery {
    bool is_reverse = false;
    std::uint64_t limit = UINT64_MAX;
    std::optional<Timestamp> from_time;
    std::optional<Timestamp> after_time;
    std::optional<Timestamp> before_time;
    std::optional<Timestamp> until_time;
    std::optional<Uri> topic;
    std::optional<PublicationId> from_publication;
    std::optional<PublicationId> after_publication;
    std::optional<PublicationId> before_publication;
    std::optional<PublicationId> until_publication;
};

/// From the keyword arguments of the call; what is none of these is refused, so that a filter that
/// is misspelt does not answer with everything.
[[nodiscard]] Result<HistoryQuery> read_history_query(const Dict& kwargs);

}  // namespace kreisel
