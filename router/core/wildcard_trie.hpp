#pragma once
// WildcardTrie: wildcard patterns of URIs -> entries, as a tree over components.
//
// An empty component of a pattern stands for exactly one component: "com..created" takes
// "com.order.created" (rfc/text/advanced/pubsub_pattern_based_subscription). Patterns are kept
// apart by their number of components, and below that one step follows one component: the literal
// child, and the gap. A match meets only patterns that fit the URI so far. Part of TopicIndex.

#include "router/core/uri_hash.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kreisel {

class WildcardTrie {
  public:
    /// What a pattern leads to: a number of the owner's. `no_entry` for none.
    using Entry = std::uint32_t;
    static constexpr Entry no_entry = UINT32_MAX;
    /// Longer patterns are not taken: each component costs a node.
    static constexpr std::size_t components_max = 128;

    explicit WildcardTrie(std::uint64_t seed = 0)
        : edges_(0, EdgeHash{UriHash(seed)}), roots_(components_max + 1, none) {}

    [[nodiscard]] static bool takes(std::string_view pattern);

    /// `pattern` must be absent, and takes(pattern).
    void insert(std::string_view pattern, Entry entry);
    /// `pattern` must be present.
    void erase(std::string_view pattern);
    [[nodiscard]] Entry find(std::string_view pattern) const;

    /// Calls `visit(entry)` for every pattern that takes `uri`, the most specific first: the one
    /// whose first gap is farthest to the right, then whose second is, and so on
    /// (rfc/text/advanced/rpc_pattern_based_registration). Stops once `visit` returns false.
    template <class Visit>
    void match(std::string_view uri, Visit visit) const {
        if (size_ == 0) return;
        const std::uint32_t root = root_of(uri);
        if (root != none) descend(root, uri, visit);
    }
    /// Entry of the most specific pattern that takes `uri`.
    [[nodiscard]] Entry find_best(std::string_view uri) const {
        Entry best = no_entry;
        match(uri, [&best](Entry entry) {
            best = entry;
            return false;
        });
        return best;
    }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }

  private:
    static constexpr std::uint32_t none = UINT32_MAX;

    struct Node {
        std::uint32_t gap = none;    ///< child for an empty component of the pattern
        std::uint32_t children = 0;  ///< literal children, in edges_
        Entry entry = no_entry;
    };
    struct Edge {
        std::uint32_t from = 0;
        std::string component;
    };
    struct EdgeView {
        std::uint32_t from = 0;
        std::string_view component;
    };
    struct EdgeHash {
        using is_transparent = void;
        UriHash hash;
        std::size_t operator()(const EdgeView& edge) const noexcept {
            return hash(edge.component) ^ (edge.from * std::size_t{0x9e3779b97f4a7c15U});
        }
        std::size_t operator()(const Edge& edge) const noexcept {
            return (*this)(EdgeView{edge.from, edge.component});
        }
    };
    struct EdgeEqual {
        using is_transparent = void;
        template <class A, class B>
        bool operator()(const A& a, const B& b) const noexcept {
            return a.from == b.from && a.component == b.component;
        }
    };

    /// The child of `node` for one component of a pattern, or none.
    [[nodiscard]] std::uint32_t child_of(std::uint32_t node, std::string_view component) const {
        if (component.empty()) return nodes_[node].gap;
        if (nodes_[node].children == 0) return none;
        const auto found = edges_.find(EdgeView{node, component});
        return found == edges_.end() ? none : found->second;
    }
    [[nodiscard]] std::uint32_t make_node();
    void free_node(std::uint32_t node);
    void unlink(std::uint32_t node, std::string_view component);

    /// The tree of the patterns with as many components as `text` has, or none.
    [[nodiscard]] std::uint32_t root_of(std::string_view text) const;
    /// Depth is bounded by components_max. False once `visit` said stop.
    template <class Visit>
    bool descend(std::uint32_t node, std::string_view rest, Visit& visit) const {
        const std::size_t dot = rest.find('.');
        const std::string_view component = rest.substr(0, dot);
        // The tree has as many levels as the URI has components: the last one ends in entries.
        const auto follow = [&](std::uint32_t child) {
            if (child == none) return true;
            if (dot != std::string_view::npos) return descend(child, rest.substr(dot + 1), visit);
            return nodes_[child].entry == no_entry || visit(nodes_[child].entry);
        };
        if (!component.empty() && !follow(child_of(node, component))) return false;
        return follow(nodes_[node].gap);
    }

    std::vector<Node> nodes_;
    std::vector<std::uint32_t> free_;
    std::unordered_map<Edge, std::uint32_t, EdgeHash, EdgeEqual> edges_;
    std::vector<std::uint32_t> roots_;  ///< by number of components
    std::size_t size_ = 0;
};

}  // namespace kreisel
