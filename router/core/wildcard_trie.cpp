#include "router/core/wildcard_trie.hpp"

#include "common/base/check.hpp"

#include <algorithm>

namespace kreisel {

namespace {

std::size_t count_components(std::string_view text) {
    return 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '.'));
}

std::vector<std::string_view> components_of(std::string_view pattern) {
    std::vector<std::string_view> components;
    for (;;) {
        const auto dot = pattern.find('.');
        components.push_back(pattern.substr(0, dot));
        if (dot == std::string_view::npos) return components;
        pattern.remove_prefix(dot + 1);
    }
}

}  // namespace

bool WildcardTrie::takes(std::string_view pattern) {
    return count_components(pattern) <= components_max;
}

std::uint32_t WildcardTrie::root_of(std::string_view text) const {
    const std::size_t count = count_components(text);
    return count > components_max ? none : roots_[count];
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
    CHECK(takes(pattern), "patterns with too many components are refused before");
    const auto components = components_of(pattern);
    if (roots_[components.size()] == none) roots_[components.size()] = make_node();
    std::uint32_t at = roots_[components.size()];
    for (const std::string_view component : components) {
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
    if (size_ == 0) return no_entry;
    std::uint32_t at = root_of(pattern);
    while (at != none) {
        const auto dot = pattern.find('.');
        at = child_of(at, pattern.substr(0, dot));
        if (dot == std::string_view::npos) break;
        pattern.remove_prefix(dot + 1);
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
    CHECK(takes(pattern), "a pattern that is erased was entered");
    const auto components = components_of(pattern);
    std::vector<std::uint32_t> path{roots_[components.size()]};
    for (const std::string_view component : components) {
        CHECK(path.back() != none, "a pattern that is erased was entered");
        path.push_back(child_of(path.back(), component));
    }
    const std::uint32_t leaf = path.back();
    CHECK(leaf != none && nodes_[leaf].entry != no_entry, "a pattern that is erased was entered");
    nodes_[leaf].entry = no_entry;
    --size_;
    for (std::size_t depth = path.size(); depth-- > 0;) {
        const Node& node = nodes_[path[depth]];
        if (node.entry != no_entry || node.gap != none || node.children != 0) return;
        free_node(path[depth]);
        if (depth > 0) {
            unlink(path[depth - 1], components[depth - 1]);
        } else {
            roots_[components.size()] = none;
        }
    }
}

}  // namespace kreisel
