#pragma once
// Rendezvous: consistent hashing of a resource key over the nodes that happen to be there
// (rfc/text/advanced/pubsub_sharded_subscription, rpc_sharded_registration).
//
// Every node has a weight for every key, and the heaviest gets it. When a node comes, it takes keys
// to itself only; when it goes, only its own keys move: no table, nothing to rebalance, the same
// choice after a restart. Costs a few nanoseconds a node. Pure; lives for one message.
//
//     Rendezvous search("sn239019");
//     for (const Member& member : members) {
//         if (search.offer(Rendezvous::node_of(member.number), member.number)) best = &member;
//     }

#include <cstdint>
#include <string_view>

namespace kreisel {

class Rendezvous {
  public:
    explicit Rendezvous(std::string_view rkey) : key_(hash(rkey)) {}

    /// What offer() wants to know of a node that is named by a text (nkey) or by a number.
    [[nodiscard]] static std::uint64_t node_of(std::string_view nkey) { return mix(hash(nkey)); }
    [[nodiscard]] static std::uint64_t node_of(std::uint64_t number) { return mix(number); }

    /// True if this node is heavier than all that were offered before it. Of nodes of the same
    /// name the one with the lowest `order` is, whichever is offered first.
    [[nodiscard]] bool offer(std::uint64_t node, std::uint64_t order) {
        const std::uint64_t weight = mix(key_ ^ node);
        const bool is_best =
            !has_any_ || weight > best_weight_ || (weight == best_weight_ && order < best_order_);
        if (!is_best) return false;
        has_any_ = true;
        best_weight_ = weight;
        best_order_ = order;
        return true;
    }

  private:
    /// FNV-1a. Not seeded: a key must find its node again after a restart, and a peer that wants
    /// to load one node could always send it the same key.
    [[nodiscard]] static std::uint64_t hash(std::string_view text) {
        std::uint64_t state = 0xcbf29ce484222325U;
        for (const char octet : text) {
            state = (state ^ static_cast<unsigned char>(octet)) * 0x100000001b3U;
        }
        return state;
    }
    /// The finalizer of SplitMix64: every input bit reaches every output bit.
    [[nodiscard]] static std::uint64_t mix(std::uint64_t state) {
        state += 0x9e3779b97f4a7c15U;
        state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9U;
        state = (state ^ (state >> 27)) * 0x94d049bb133111ebU;
        return state ^ (state >> 31);
    }

    std::uint64_t key_;
    bool has_any_ = false;
    std::uint64_t best_weight_ = 0;
    std::uint64_t best_order_ = 0;
};

}  // namespace kreisel
