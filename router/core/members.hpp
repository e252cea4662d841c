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
#include <optional>
#include <string_view>
#include <vector>

namespace kreisel {

class Members {
  public:
    /// What the callee asked for in REGISTER.Options.
    struct Wishes {
        bool wants_caller = false;      ///< disclose_caller, and it is allowed
        bool forwards_timeout = false;  ///< forward_timeout, and the callee knows of timeouts
        /// Name for consistent hashing, made of nkey; nothing: the member's number is it.
        std::optional<std::uint64_t> node;
        std::uint32_t concurrency = 0;  ///< invocations at a time; 0: no limit
    };
    struct Member {
        std::uint64_t number = 0;
        PeerRef callee;
        Wishes wishes;
        bool is_member = true;      ///< false: the place is empty
        std::uint32_t running = 0;  ///< invocations under way, counted if there is a limit

        [[nodiscard]] bool is_free() const {
            return wishes.concurrency == 0 || running < wishes.concurrency;
        }
    };

    /// Appends a member and gives its number.
    std::uint64_t add(PeerRef callee, const Wishes& wishes);
    /// The member of this number must be there.
    void remove(std::uint64_t number);
    /// nullptr if it is no member any more.
    [[nodiscard]] Member* find(std::uint64_t number);

    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::size_t size() const { return count_; }
    /// In the order in which they registered.
    [[nodiscard]] std::vector<PeerRef> callees() const;
    /// The member that a resource key belongs to (rfc/text/advanced/rpc_sharded_registration);
    /// costs a look at each.
    [[nodiscard]] Member& owner_of(std::string_view rkey);
    /// Some member takes only so many invocations at a time.
    [[nodiscard]] bool have_limits() const { return limited_ > 0; }
    // There must be a member for any of these.
    [[nodiscard]] Member& first() { return places_[front_]; }
    [[nodiscard]] Member& last() { return places_.back(); }
    [[nodiscard]] Member& next();
    [[nodiscard]] Member& any(Random& random);

    // The same among those that `admits(member)`; nullptr if there is none. They cost a look at
    // each member in the worst case.
    template <class Admits>
    [[nodiscard]] Member* first_if(Admits admits);
    template <class Admits>
    [[nodiscard]] Member* last_if(Admits admits);
    template <class Admits>
    [[nodiscard]] Member* next_if(Admits admits);
    template <class Admits>
    [[nodiscard]] Member* any_if(Random& random, Admits admits);

  private:
    void close_gaps();

    /// Sorted by number. places_[front_] and the last place are members if there is any.
    std::vector<Member> places_;
    std::size_t front_ = 0;
    std::size_t count_ = 0;
    std::size_t limited_ = 0;
    std::size_t turn_ = 0;  ///< place that roundrobin looks at first
    std::uint64_t last_number_ = 0;
};

template <class Admits>
Members::Member* Members::first_if(Admits admits) {
    for (Member& member : places_) {
        if (member.is_member && admits(member)) return &member;
    }
    return nullptr;
}

template <class Admits>
Members::Member* Members::last_if(Admits admits) {
    for (auto member = places_.rbegin(); member != places_.rend(); ++member) {
        if (member->is_member && admits(*member)) return &*member;
    }
    return nullptr;
}

template <class Admits>
Members::Member* Members::next_if(Admits admits) {
    for (std::size_t looked = 0; looked < places_.size(); ++looked) {
        const std::size_t place = (turn_ + looked) % places_.size();
        Member& member = places_[place];
        if (!member.is_member || !admits(member)) continue;
        turn_ = place + 1;
        return &member;
    }
    return nullptr;
}

template <class Admits>
Members::Member* Members::any_if(Random& random, Admits admits) {
    Member* chosen = nullptr;
    std::uint64_t seen = 0;
    for (Member& member : places_) {
        if (member.is_member && admits(member) && random.below(++seen) == 0) chosen = &member;
    }
    return chosen;
}

}  // namespace kreisel
