#pragma once
// StandingTable: subscriptions or registrations that stand until given up, also across connections.
//
// An entry is one subscribe() or register() of the user, named by a StandingId for ever. The router
// gives the same wire id to all subscriptions of one (URI, match policy), so several entries may
// share one, and only the last to go takes it away. Part of the SessionCore.

#include "common/wamp/ids.hpp"
#include "common/wamp/match.hpp"
#include "common/wamp/value.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kreisel::client {

using StandingId = Id<struct StandingTag>;

/// The router's id of one entry at present, 0 while it has none. Written by the table, read by any
/// thread.
class PresentId {
  public:
    void set(std::uint64_t id) { id_.store(id, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t get() const { return id_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> id_{0};
};

template <class WireId, class Sink>
class StandingTable {
  public:
    struct Entry {
        std::string uri;
        MatchPolicy match = MatchPolicy::exact;
        Dict options;
        std::shared_ptr<Sink> sink;
        /// 0: not granted in this connection.
        WireId id;
        /// A request for it is under way.
        bool is_asked = false;
        /// Was granted once: it is asked for again after each loss of the connection.
        bool is_kept = false;
        /// Its owner gave it up while it was asked for.
        bool is_dropped = false;
        /// For those who want to know `id`.
        std::shared_ptr<PresentId> present = std::make_shared<PresentId>();
    };

    StandingId add(Entry entry) {
        const StandingId standing{++last_};
        entries_.emplace(standing, std::move(entry));
        return standing;
    }
    [[nodiscard]] const Entry* find(StandingId standing) const {
        const auto found = entries_.find(standing);
        return found == entries_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

    void set_asked(StandingId standing) {
        Entry& entry = entries_.at(standing);
        entry.is_asked = true;
        ++asked_[key_of(entry)];
    }

    /// The router said yes. Returns the id if it is to be given back at once: its owner has gone.
    [[nodiscard]] WireId grant(StandingId standing, WireId id) {
        Entry& entry = answer(standing);
        if (entry.is_dropped) {
            const Entry gone = take(standing);
            return is_unused(id, gone) ? id : WireId{};
        }
        entry.id = id;
        entry.present->set(id.value);
        entry.is_kept = true;
        by_id_[id].push_back(standing);
        return {};
    }
    /// The router said no. Returns who stood on it, if its owner still wants it.
    [[nodiscard]] std::shared_ptr<Sink> refuse(StandingId standing) {
        answer(standing);
        return take(standing).sink;
    }
    /// The connection went before the router said anything, or the router cannot grant it yet: what
    /// stood before stays to be asked for.
    void lose(StandingId standing) {
        const Entry& entry = answer(standing);
        if (!entry.is_kept || entry.is_dropped) take(standing);
    }

    /// The owner gives it up. Returns the id if the router is to be told.
    [[nodiscard]] WireId drop(StandingId standing) {
        const auto found = entries_.find(standing);
        if (found == entries_.end()) return {};
        if (found->second.is_asked) {
            found->second.is_dropped = true;
            found->second.sink = nullptr;
            return {};
        }
        const Entry gone = take(standing);
        return gone.id && is_unused(gone.id, gone) ? gone.id : WireId{};
    }

    /// The router took it away: the sinks that stood on it.
    [[nodiscard]] std::vector<std::shared_ptr<Sink>> revoke(WireId id) {
        std::vector<std::shared_ptr<Sink>> sinks;
        for (const StandingId standing : std::vector(at(id).begin(), at(id).end())) {
            sinks.push_back(take(standing).sink);
        }
        return sinks;
    }

    /// The entries on a wire id, oldest first.
    [[nodiscard]] std::span<const StandingId> at(WireId id) const {
        const auto found = by_id_.find(id);
        if (found == by_id_.end()) return {};
        return found->second;
    }

    /// No wire id means anything any more. What was asked for is lost() besides.
    void forget_connection() {
        by_id_.clear();
        for (auto& [standing, entry] : entries_) {
            entry.id = {};
            entry.present->set(0);
        }
    }
    /// Those that stood and are to be asked for again, oldest first.
    [[nodiscard]] std::vector<StandingId> kept() const {
        std::vector<StandingId> kept;
        for (const auto& [standing, entry] : entries_) {
            if (entry.is_kept && !entry.is_asked && !entry.id) kept.push_back(standing);
        }
        return kept;
    }
    /// All sinks; the table is empty afterwards.
    [[nodiscard]] std::vector<std::shared_ptr<Sink>> take_all() {
        std::vector<std::shared_ptr<Sink>> sinks;
        for (auto& [standing, entry] : entries_) {
            entry.present->set(0);
            sinks.push_back(std::move(entry.sink));
        }
        entries_.clear();
        by_id_.clear();
        asked_.clear();
        return sinks;
    }

  private:
    using Key = std::pair<MatchPolicy, std::string>;

    [[nodiscard]] static Key key_of(const Entry& entry) { return {entry.match, entry.uri}; }

    Entry& answer(StandingId standing) {
        Entry& entry = entries_.at(standing);
        entry.is_asked = false;
        const auto asked = asked_.find(key_of(entry));
        if (--asked->second == 0) asked_.erase(asked);
        return entry;
    }

    Entry take(StandingId standing) {
        const auto found = entries_.find(standing);
        Entry entry = std::move(found->second);
        entries_.erase(found);
        entry.present->set(0);
        const auto shared = by_id_.find(entry.id);
        if (shared != by_id_.end()) {
            std::erase(shared->second, standing);
            if (shared->second.empty()) by_id_.erase(shared);
        }
        return entry;
    }

    /// A request under way for the same URI would be given the same id: then it is still in use.
    [[nodiscard]] bool is_unused(WireId id, const Entry& gone) const {
        return !by_id_.contains(id) && !asked_.contains(key_of(gone));
    }

    std::uint64_t last_ = 0;
    std::map<StandingId, Entry> entries_;
    std::unordered_map<WireId, std::vector<StandingId>> by_id_;
    std::map<Key, std::size_t> asked_;
};

}  // namespace kreisel::client
