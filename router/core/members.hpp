#pragma once
// Members: the callees of one registration in the order in which they registered.
//
// Each member has a number that never changes, so that it is found and taken out in O(log n) where
// it stands; its place stays empty until half of the places are. The order is what the policies
// first, last and roundrobin (rfc/text/advanced/rpc_shared_registration) go by. Part of
// Registrations.

#include "common/base/random.hpp"
#include "router/core/effects.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kreisel {

class Members {
  public:
    struct Member {
        std::uint64_t number = 0;
        PeerRef callee;
        bool is_member = true;      ///< false: the place is empty
        bool wants_caller = false;  ///< registered with disclose_caller
    };

    /// Appends a member and gives its number.
    std::uint64_t add(PeerRef callee, bool wants_caller);
    /// The member of this number must be there.
    void remove(std::uint64_t number);

    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::size_t size() const { return count_; }
    /// In the order in which they registered.
    [[nodiscard]] std::vector<PeerRef> callees() const;
    // There must be a member for any of these.
    [[nodiscard]] const Member& first() const { return places_[front_]; }
    [[nodiscard]] const Member& last() const { return places_.back(); }
    [[nodiscard]] const Member& next();
    [[nodiscard]] const Member& any(Random& random) const;

  private:
    void close_gaps();

    /// Sorted by number. places_[front_] and the last place are members if there is any.
    std::vector<Member> places_;
    std::size_t front_ = 0;
    std::size_t count_ = 0;
    std::size_t turn_ = 0;  ///< place that roundrobin looks at first
    std::uint64_t last_number_ = 0;
};

}  // namespace kreisel
