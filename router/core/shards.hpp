#pragma once
// Shards: which subscribers of a subscription gave a node key, and who of them gets a publication
// with a resource key (rfc/text/advanced/pubsub_sharded_subscription).
//
// Our reading of the text, which names both keys and says no more: of the subscribers with an nkey
// that may receive the publication exactly one gets it, by Rendezvous; those without get it too.
// Runs beside Subscription::subscribers, place by place, and holds nothing where no subscriber gave
// an nkey. Part of the broker.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace kreisel {

class Shards {
  public:
    struct Node {
        std::uint64_t key = 0;    ///< Rendezvous::node_of(nkey)
        std::uint64_t order = 0;  ///< 0: no nkey; else the lower, the longer subscribed
    };

    /// A subscriber was appended to those who are at [0, place).
    void add(std::size_t place, std::optional<std::string_view> nkey);
    /// The subscriber at `place` went, and the last one took its place.
    void remove(std::size_t place);

    /// Whether every subscriber gets everything.
    [[nodiscard]] bool empty() const { return nodes_.empty(); }
    /// The node at `place`; nullptr if it has none.
    [[nodiscard]] const Node* find(std::size_t place) const {
        if (nodes_.empty() || nodes_[place].order == 0) return nullptr;
        return &nodes_[place];
    }
    /// Whether the subscriber at `place` gave just this nkey, or none.
    [[nodiscard]] bool is_same(std::size_t place, std::optional<std::string_view> nkey) const;

  private:
    std::vector<Node> nodes_;  ///< by place; empty if nobody has a node
    std::size_t count_ = 0;    ///< nodes
    std::uint64_t last_order_ = 0;
};

}  // namespace kreisel
