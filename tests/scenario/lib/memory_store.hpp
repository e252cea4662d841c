#pragma once
// MemoryStore: an EventStore that keeps what a realm writes as bytes in memory, as if on a disk.
//
// For the pure driver: what it holds survives the realm, and it may be told to fail. One thread.

#include "router/core/events/event_store.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace kreisel::scenario {

class MemoryStore final : public EventStore {
  public:
    enum class State { good, failing, full };

    [[nodiscard]] bool has_room() const override { return state_ != State::full; }
    void write(StoreRecord record) override;

    void set_state(State state) { state_ = state; }
    /// What became of all that was written since the last call; nothing if nothing was.
    [[nodiscard]] std::optional<StoreOutcome> take_outcome();
    [[nodiscard]] StoredEvents stored() const;

  private:
    struct Row {
        Encoding encoding = Encoding::json;
        SharedBytes bytes;
        PublicationId publication;
        WallTime time{};
    };
    [[nodiscard]] static Row row_of(const KeptEvent& event);
    [[nodiscard]] static KeptEventPtr event_of(const Row& row);
    void apply(const StoreRecord& record);

    State state_ = State::good;
    std::optional<StoreOutcome> outcome_;
    std::map<std::uint64_t, std::pair<LogKey, Row>> history_;
    std::map<std::pair<Uri, bool>, Row> retained_;
};

}  // namespace kreisel::scenario
