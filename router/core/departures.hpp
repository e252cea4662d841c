#pragma once
// Departures: what sessions that left still hold, removed in slices.
//
// Testaments first, then pending calls, registrations and subscriptions. A session with many
// thousands of entries must not hold up the realm, so at most slice_entries are removed at once;
// the rest waits for the next slice, in order of leaving. Owned by the Realm; serial step.

#include "router/core/broker.hpp"
#include "router/core/dealer.hpp"
#include "router/core/meta/meta_events.hpp"
#include "router/core/reflection.hpp"
#include "router/core/sessions.hpp"
#include "router/core/testaments.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace kreisel {

class Departures {
  public:
    static constexpr std::size_t slice_entries = 1'000;

    /// The references must outlive this.
    Departures(Sessions& sessions, Broker& broker, Dealer& dealer, Reflection& reflection,
               MetaEvents& meta)
        : sessions_(sessions),
          broker_(broker),
          dealer_(dealer),
          reflection_(reflection),
          meta_(meta) {}

    /// Whether meta events and testaments tell of the end of a session.
    enum class Notice : std::uint8_t { told, silent };

    /// The session is invisible from here on; up to a slice of its entries is removed now.
    void start(Session& session, Effects& effects);
    /// Puts a session out: it is gone from the tables when it is told why, by ABORT or GOODBYE.
    void close(Session& session, CloseKind kind, Message last, Effects& effects);
    /// The session is invisible from here on; its entries are removed by later slices.
    void announce(Session& session, Notice notice = Notice::told);
    /// Rules for the testaments that are still to be published: those of a role that is gone never
    /// are.
    void set_permissions(const Permissions& permissions);
    /// Removes the next slice.
    void run(Effects& effects);
    void clear() { waiting_.clear(); }
    [[nodiscard]] bool empty() const { return waiting_.empty(); }

  private:
    /// Ids of what the session held when it left. Some may be gone when their turn comes: a call
    /// is answered, a membership dropped by whoever came across it.
    struct Departure {
        PeerRef peer;
        std::vector<Testament> testaments;  ///< the next one is the last
        std::vector<std::uint64_t> calls;
        std::vector<std::uint64_t> invocations;
        std::vector<std::uint64_t> registrations;
        std::vector<std::uint64_t> subscriptions;
        std::vector<std::uint64_t> definitions;
    };
    [[nodiscard]] Departure take_out(Session& session);
    /// Publishes a testament if the session might still do so itself.
    void publish(Session& session, Testament testament, Effects& effects);
    /// Removes up to `budget` entries and takes them off it. True when nothing is left.
    bool run(Departure& departure, std::size_t& budget, Effects& effects);

    Sessions& sessions_;
    Broker& broker_;
    Dealer& dealer_;
    Reflection& reflection_;
    MetaEvents& meta_;
    std::deque<Departure> waiting_;
};

}  // namespace kreisel
