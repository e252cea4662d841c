#include "router/core/shards.hpp"

#include "common/base/check.hpp"
#include "router/core/rendezvous.hpp"

namespace kreisel {

void Shards::add(std::size_t place, std::optional<std::string_view> nkey) {
    if (nodes_.empty() && !nkey) return;
    if (nodes_.empty()) nodes_.resize(place);
    CHECK(nodes_.size() == place, "shards and subscribers are told of the same changes");
    nodes_.emplace_back();
    if (!nkey) return;
    nodes_.back() = Node{Rendezvous::node_of(*nkey), ++last_order_};
    ++count_;
}

void Shards::remove(std::size_t place) {
    if (nodes_.empty()) return;
    if (nodes_[place].order != 0) --count_;
    nodes_[place] = nodes_.back();
    nodes_.pop_back();
    if (count_ == 0) nodes_.clear();
}

bool Shards::is_same(std::size_t place, std::optional<std::string_view> nkey) const {
    const Node* node = find(place);
    if (node == nullptr) return !nkey;
    return nkey && node->key == Rendezvous::node_of(*nkey);
}

}  // namespace kreisel
