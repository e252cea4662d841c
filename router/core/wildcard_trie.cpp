#include "router/core/wildcard_trie.hpp"

#include "common/base/check.hpp"

#include <algorithm>

namespace kreisel {

bool WildcardTrie::Components::cut(std::string_view uri) {
    for (;;) {
        if (count == components_max) return false;
        const auto dot = uri.find('.');
        at[count++] = uri.substr(0, dot);
        if (dot == std::string_view::npos) return true;
        uri.remove_prefix(dot + 1);
    }
}

bool WildcardTrie::takes(std::string_view pattern) {
    return static_cast<std::size_t>(std::count(pattern.begin(), pattern.end(), '.')) <
           components_max;
}

std::uint32_t WildcardTrie::make_node() {
    if (free_.empty()) {
        nodes_.emplace_back();
        return static_cast<std::uint32_t>(nodes_.size() - 1);
    }
    const std::uint32_t made = free_.back();
    free_.pop_back();
    return made;
}

void WildcardTrie::free_node(std::uint32_t node) {
    nodes_[node] = Node{};
    free_.push_back(node);
}

void WildcardTrie::insert(std::string_view pattern, Entry entry) {
    Components components;
    const bool fits = components.cut(pattern);
    CHECK(fits, "patterns with too many components are refused before");
    if (roots_[components.count] == none) roots_[components.count] = make_node();
    std::uint32_t at = roots_[components.count];
    for (std::size_t depth = 0; depth < components.count; ++depth) {
        const std::string_view component = components.at[depth];
        std::uint32_t child = child_of(at, component);
        if (child == none) {
            child = make_node();
            if (component.empty()) {
                nodes_[at].gap = child;
            } else {
                edges_.emplace(Edge{at, std::string(component)}, child);
                ++nodes_[at].children;
            }
        }
        at = child;
    }
    CHECK(nodes_[at].entry == no_entry, "a pattern is entered once");
    nodes_[at].entry = entry;
    ++size_;
}

WildcardTrie::Entry WildcardTrie::find(std::string_view pattern) const {
    Components components;
    if (size_ == 0 || !components.cut(pattern)) return no_entry;
    std::uint32_t at = roots_[components.count];
    for (std::size_t depth = 0; at != none && depth < components.count; ++depth) {
        at = child_of(at, components.at[depth]);
    }
    return at == none ? no_entry : nodes_[at].entry;
}

void WildcardTrie::unlink(std::uint32_t node, std::string_view component) {
    if (component.empty()) {
        nodes_[node].gap = none;
        return;
    }
    const auto edge = edges_.find(EdgeView{node, component});
    CHECK(edge != edges_.end(), "a node is linked from its parent");
    edges_.erase(edge);
    --nodes_[node].children;
}

void WildcardTrie::erase(std::string_view pattern) {
    Components components;
    const bool fits = components.cut(pattern);
    CHECK(fits, "a pattern that is erased was entered");
    std::uint32_t path[components_max + 1];
    path[0] = roots_[components.count];
    for (std::size_t depth = 0; depth < components.count; ++depth) {
        CHECK(path[depth] != none, "a pattern that is erased was entered");
        path[depth + 1] = child_of(path[depth], components.at[depth]);
    }
    const std::uint32_t leaf = path[components.count];
    CHECK(leaf != none && nodes_[leaf].entry != no_entry, "a pattern that is erased was entered");
    nodes_[leaf].entry = no_entry;
    --size_;
    for (std::size_t depth = components.count + 1; depth-- > 0;) {
        const Node& node = nodes_[path[depth]];
        if (node.entry != no_entry || node.gap != none || node.children != 0) return;
        free_node(path[depth]);
        if (depth > 0) {
            unlink(path[depth - 1], components.at[depth - 1]);
        } else {
            roots_[components.count] = none;
        }
    }
}

}  // namespace kreisel
