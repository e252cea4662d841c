#pragma once
// EventStore: the seam between a realm's kept events and whoever makes them durable.
//
// The realm writes records in the order in which they count; the store commits them in batches, on
// a thread of its own, and has the realm told by Realm::on_stored(). A realm without a store keeps
// its events in memory alone. write() and has_room() are called in the realm's serial step and must
// not wait.

#include "common/wamp/match.hpp"
#include "router/core/events/kept_event.hpp"

#include <cstdint>
#include <vector>

namespace kreisel {

/// What a log of events belongs to.
struct LogKey {
    Uri uri;
    MatchPolicy match = MatchPolicy::exact;
    auto operator<=>(const LogKey&) const = default;
};

struct StoreRecord {
    enum class Kind : std::uint8_t {
        append,      ///< `event` to the log, under `sequence`
        trim,        ///< all of the log up to `sequence` go
        forget_log,  ///< the log goes
        retain,      ///< `event` is the retained one of its topic, the listed or the open one
        unretain,    ///< the listed or the open one of `log.uri` goes
    };
    Kind kind = Kind::append;
    LogKey log;
    std::uint64_t sequence = 0;
    bool is_listed = false;
    KeptEventPtr event;
    /// Somebody waits for this and for all records before it; 0: nobody does.
    std::uint64_t ticket = 0;
};

/// What became of a batch of records.
struct StoreOutcome {
    bool is_written = false;
    std::uint64_t ticket = 0;  ///< the last one of the batch; 0: none
    /// Sequences that the batch appended; 0: none.
    std::uint64_t first_sequence = 0;
    std::uint64_t last_sequence = 0;
};

/// What a store holds when the realm starts.
struct StoredEvents {
    struct Entry {
        LogKey log;
        std::uint64_t sequence = 0;
        KeptEventPtr event;
    };
    struct Retained {
        bool is_listed = false;
        KeptEventPtr event;
    };
    std::vector<Entry> history;  ///< by sequence
    std::vector<Retained> retained;
};

class EventStore {
  public:
    virtual ~EventStore() = default;
    /// False while as much waits to be written as may.
    [[nodiscard]] virtual bool has_room() const = 0;
    virtual void write(StoreRecord record) = 0;
};

}  // namespace kreisel
