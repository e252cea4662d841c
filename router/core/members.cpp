#include "router/core/members.hpp"

#include "common/base/check.hpp"
#include "router/core/rendezvous.hpp"

#include <algorithm>

namespace kreisel {

std::uint64_t Members::add(PeerRef callee, const Wishes& wishes) {
    places_.push_back(Member{++last_number_, callee, wishes});
    ++count_;
    if (wishes.concurrency > 0) ++limited_;
    return last_number_;
}

Members::Member* Members::find(std::uint64_t number) {
    const auto found = std::lower_bound(
        places_.begin(), places_.end(), number,
        [](const Member& member, std::uint64_t wanted) { return member.number < wanted; });
    const bool is_there = found != places_.end() && found->number == number && found->is_member;
    return is_there ? &*found : nullptr;
}

void Members::remove(std::uint64_t number) {
    Member* member = find(number);
    CHECK(member != nullptr, "a member that is removed was added");
    member->is_member = false;
    --count_;
    if (member->wishes.concurrency > 0) --limited_;
    if (count_ == 0) {
        places_.clear();
        front_ = 0;
        turn_ = 0;
        return;
    }
    while (!places_[front_].is_member) ++front_;
    while (!places_.back().is_member) places_.pop_back();
    // Behind the last member stands who joins next: it is its turn, as if nobody had left.
    turn_ = std::min(turn_, places_.size());
    if (places_.size() > 2 * count_) close_gaps();
}

void Members::close_gaps() {
    std::size_t turn = 0;
    std::size_t kept = 0;
    for (std::size_t place = 0; place < places_.size(); ++place) {
        if (place == turn_) turn = kept;
        if (places_[place].is_member) places_[kept++] = places_[place];
    }
    turn_ = turn_ < places_.size() ? turn : kept;
    places_.resize(kept);
    front_ = 0;
}

Members::Member& Members::owner_of(std::string_view rkey) {
    Rendezvous search(rkey);
    Member* owner = nullptr;
    for (Member& member : places_) {
        if (!member.is_member) continue;
        const std::uint64_t node = member.wishes.node.value_or(Rendezvous::node_of(member.number));
        if (search.offer(node, member.number)) owner = &member;
    }
    CHECK(owner != nullptr, "there is a member to choose");
    return *owner;
}

std::vector<PeerRef> Members::callees() const {
    std::vector<PeerRef> callees;
    callees.reserve(count_);
    for (const Member& place : places_) {
        if (place.is_member) callees.push_back(place.callee);
    }
    return callees;
}

Members::Member& Members::next() {
    CHECK(count_ > 0, "there is a member to choose");
    for (;;) {
        if (turn_ >= places_.size()) turn_ = front_;
        Member& member = places_[turn_++];
        if (member.is_member) return member;
    }
}

Members::Member& Members::any(Random& random) {
    CHECK(count_ > 0, "there is a member to choose");
    // At most half of the places are empty: two tries on average.
    for (;;) {
        Member& member = places_[static_cast<std::size_t>(random.below(places_.size()))];
        if (member.is_member) return member;
    }
}

}  // namespace kreisel
