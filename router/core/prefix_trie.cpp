#include "router/core/prefix_trie.hpp"

#include "common/base/check.hpp"

#include <algorithm>
#include <utility>

namespace kreisel {

namespace {

std::size_t common_length(std::string_view a, std::string_view b) {
    const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return static_cast<std::size_t>(end.first - a.begin());
}

}  // namespace

PrefixTrie::PrefixTrie() : nodes_(1) {}

std::uint32_t PrefixTrie::child_of(std::uint32_t node, char first) const {
    const auto& children = nodes_[node].children;
    const auto found =
        std::lower_bound(children.begin(), children.end(), first,
                         [](const Child& child, char octet) { return child.first < octet; });
    return found == children.end() || found->first != first ? none : found->node;
}

std::uint32_t PrefixTrie::step(std::uint32_t node, std::string_view& rest) const {
    if (rest.empty()) return none;
    const std::uint32_t child = child_of(node, rest.front());
    if (child == none) return none;
    const std::string& label = nodes_[child].label;
    if (rest.substr(0, label.size()) != label) return none;
    rest.remove_prefix(label.size());
    return child;
}

std::uint32_t PrefixTrie::make_node(std::string_view label, Entry entry) {
    std::uint32_t made = none;
    if (free_.empty()) {
        made = static_cast<std::uint32_t>(nodes_.size());
        nodes_.emplace_back();
    } else {
        made = free_.back();
        free_.pop_back();
    }
    nodes_[made].label = label;
    nodes_[made].entry = entry;
    return made;
}

void PrefixTrie::link(std::uint32_t parent, std::uint32_t child) {
    const Child link{nodes_[child].label.front(), child};
    auto& children = nodes_[parent].children;
    const auto at =
        std::lower_bound(children.begin(), children.end(), link.first,
                         [](const Child& existing, char octet) { return existing.first < octet; });
    children.insert(at, link);
}

void PrefixTrie::unlink(std::uint32_t parent, std::uint32_t child) {
    auto& children = nodes_[parent].children;
    const auto at = std::find_if(children.begin(), children.end(),
                                 [child](const Child& link) { return link.node == child; });
    CHECK(at != children.end(), "a node is linked from its parent");
    children.erase(at);
    nodes_[child] = Node{};
    free_.push_back(child);
}

void PrefixTrie::split(std::uint32_t node, std::size_t length) {
    const std::string label = nodes_[node].label;
    const std::uint32_t lower =
        make_node(std::string_view(label).substr(length), nodes_[node].entry);
    nodes_[lower].children = std::exchange(nodes_[node].children, {});
    nodes_[node].label.resize(length);
    nodes_[node].entry = no_entry;
    link(node, lower);
}

void PrefixTrie::insert(std::string_view prefix, Entry entry) {
    std::uint32_t at = root;
    std::string_view rest = prefix;
    while (!rest.empty()) {
        const std::uint32_t child = child_of(at, rest.front());
        if (child == none) {
            link(at, make_node(rest, entry));
            ++size_;
            return;
        }
        const std::size_t shared = common_length(rest, nodes_[child].label);
        if (shared < nodes_[child].label.size()) split(child, shared);
        rest.remove_prefix(shared);
        at = child;
    }
    CHECK(nodes_[at].entry == no_entry, "a prefix is entered once");
    nodes_[at].entry = entry;
    ++size_;
}

PrefixTrie::Entry PrefixTrie::find(std::string_view prefix) const {
    std::uint32_t at = root;
    while (at != none && !prefix.empty()) at = step(at, prefix);
    return at == none ? no_entry : nodes_[at].entry;
}

void PrefixTrie::erase(std::string_view prefix) {
    std::uint32_t parent = none;
    std::uint32_t at = root;
    while (!prefix.empty()) {
        parent = at;
        at = step(at, prefix);
        CHECK(at != none, "a prefix that is erased was entered");
    }
    CHECK(nodes_[at].entry != no_entry, "a prefix that is erased was entered");
    nodes_[at].entry = no_entry;
    --size_;
    if (at == root) return;
    if (nodes_[at].children.empty()) {
        unlink(parent, at);
        merge(parent);
    } else {
        merge(at);
    }
}

void PrefixTrie::merge(std::uint32_t node) {
    if (node == root || nodes_[node].entry != no_entry || nodes_[node].children.size() != 1) return;
    const std::uint32_t child = nodes_[node].children.front().node;
    nodes_[node].label += nodes_[child].label;
    nodes_[node].entry = nodes_[child].entry;
    nodes_[node].children = std::exchange(nodes_[child].children, {});
    nodes_[child] = Node{};
    free_.push_back(child);
}

}  // namespace kreisel
