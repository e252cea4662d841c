#include "tests/scenario/lib/memory_store.hpp"

#include "common/base/check.hpp"

#include <algorithm>

namespace kreisel::scenario {

void MemoryStore::write(StoreRecord record) {
    if (!outcome_) outcome_ = StoreOutcome{.is_written = state_ == State::good};
    outcome_->ticket = std::max(outcome_->ticket, record.ticket);
    if (record.kind == StoreRecord::Kind::append) {
        if (outcome_->first_sequence == 0) outcome_->first_sequence = record.sequence;
        outcome_->last_sequence = record.sequence;
    }
    if (outcome_->is_written) apply(record);
}

void MemoryStore::apply(const StoreRecord& record) {
    const auto is_of_log = [&record](const auto& entry) {
        return entry.second.first == record.log;
    };
    switch (record.kind) {
        case StoreRecord::Kind::append:
            history_[record.sequence] = {record.log, row_of(*record.event)};
            return;
        case StoreRecord::Kind::trim:
            std::erase_if(history_, [&](const auto& entry) {
                return is_of_log(entry) && entry.first <= record.sequence;
            });
            return;
        case StoreRecord::Kind::forget_log:
            std::erase_if(history_, is_of_log);
            return;
        case StoreRecord::Kind::retain:
            retained_[{record.log.uri, record.is_listed}] = row_of(*record.event);
            return;
        case StoreRecord::Kind::unretain:
            retained_.erase({record.log.uri, record.is_listed});
            return;
    }
}

std::optional<StoreOutcome> MemoryStore::take_outcome() { return std::exchange(outcome_, {}); }

MemoryStore::Row MemoryStore::row_of(const KeptEvent& event) {
    return {event.payload.encoding, to_bytes(event), event.publication, event.time};
}

KeptEventPtr MemoryStore::event_of(const Row& row) {
    auto event = read_kept_event(row.encoding, row.bytes, row.publication, row.time);
    CHECK(event.has_value(), "what was stored can be read");
    return std::move(*event);
}

StoredEvents MemoryStore::stored() const {
    StoredEvents stored;
    for (const auto& [sequence, entry] : history_) {
        stored.history.push_back({entry.first, sequence, event_of(entry.second)});
    }
    for (const auto& [key, row] : retained_) {
        stored.retained.push_back({key.second, event_of(row)});
    }
    return stored;
}

}  // namespace kreisel::scenario
