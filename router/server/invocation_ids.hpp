#pragma once
// InvocationIds: INVOCATION.Request as the realm counts it and as the callee sees it.
//
// The realm numbers the invocations of a callee 1, 2, 3..., and a connection may have to refuse one
// (longer than the peer takes, outbox full). The peer must see no gap (WAMP b/building_blocks,
// ids), so the later ones move up. Nothing is stored before the first refusal. Confined to the
// connection's shard.

#include "common/wamp/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace kreisel {

class InvocationIds {
  public:
    /// No invocation was refused so far: both sides use the same ids.
    [[nodiscard]] bool are_equal() const { return folded_ == 0 && gaps_.empty(); }
    /// What the peer calls `id`; nothing: the invocation was refused.
    [[nodiscard]] std::optional<RequestId> to_peer(RequestId id) const;
    /// What the realm calls `id`.
    [[nodiscard]] RequestId to_realm(RequestId id) const;

    /// An INVOCATION goes to the peer; the first one of its id counts, a continuation does not.
    void note_sent(RequestId id) {
        if (id.value > last_sent_) last_sent_ = id.value;
    }
    /// An INVOCATION is refused. Later ones close the gap, unless the peer has seen the id before.
    void note_refused(RequestId id);

    /// Gaps that are kept apart; each costs 16 bytes.
    [[nodiscard]] std::size_t gap_count() const { return gaps_.size(); }
    /// Every invocation below `id` (the realm's) is finished: their gaps become one number.
    void fold_below(RequestId id);

  private:
    struct Gap {
        std::uint64_t first = 0;
        std::uint64_t count = 0;
    };
    /// In ascending order, not adjacent.
    std::vector<Gap> gaps_;
    /// Refused ids below the first gap.
    std::uint64_t folded_ = 0;
    std::uint64_t last_sent_ = 0;
};

}  // namespace kreisel
