#pragma once
// KeptEvent: one publication as history and retention keep it, and as the bytes that a store
// writes.
//
// Immutable; shared by the logs that hold it, by the table of retained events and by the store,
// whose writer may be another thread.

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/wamp/messages.hpp"

#include <cstddef>
#include <memory>

namespace kreisel {

struct KeptEvent {
    PublicationId publication;
    WallTime time{};
    Uri topic;
    /// EVENT.Details without `topic`, which depends on the subscription.
    Dict details;
    /// Black- and whitelists that were given with the publication.
    Dict lists;
    /// The publisher if it gets no event of its own, else none.
    SessionId excluded;
    Payload payload;
    /// What it costs to hold it.
    std::size_t bytes = 0;
};

using KeptEventPtr = std::shared_ptr<const KeptEvent>;

/// Copies out of `request` what is to be kept of it.
[[nodiscard]] KeptEventPtr make_kept_event(const Publish& request, PublicationId publication,
                                           WallTime time, SessionId excluded, Dict details);

/// Whether a PUBLISH with these options names session ids: WAMP a/pubsub_event_history wants no
/// history of it, since ids mean nothing to a later session.
[[nodiscard]] bool names_sessions(const Dict& options);

/// The event as a WAMP message in the encoding of its payload.
[[nodiscard]] SharedBytes to_bytes(const KeptEvent& event);
/// The way back, as strict as for a message of a client: bytes from a file are believed no more.
[[nodiscard]] Result<KeptEventPtr> read_kept_event(Encoding encoding, const SharedBytes& bytes,
                                                   PublicationId publication, WallTime time);

}  // namespace kreisel
