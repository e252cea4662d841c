#pragma once
// PrefixTrie: prefixes of URIs -> entries, as a radix tree over octets.
//
// Prefix matching is plain string matching: "com.ex" takes "com.example.tick"
// (rfc/text/advanced/pubsub_pattern_based_subscription). A match walks down the octets of the URI
// once and meets only prefixes of it, however many others there are. Part of TopicIndex.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

class PrefixTrie {
  public:
    /// What a prefix leads to: a number of the owner's. `no_entry` for none.
    using Entry = std::uint32_t;
    static constexpr Entry no_entry = UINT32_MAX;

    PrefixTrie();

    /// `prefix` must be absent.
    void insert(std::string_view prefix, Entry entry);
    /// `prefix` must be present.
    void erase(std::string_view prefix);
    [[nodiscard]] Entry find(std::string_view prefix) const;

    /// Calls `visit(entry)` for every prefix of `uri`, the shortest first.
    template <class Visit>
    void match(std::string_view uri, Visit visit) const {
        if (size_ == 0) return;
        for (std::uint32_t at = root; at != none; at = step(at, uri)) {
            if (nodes_[at].entry != no_entry) visit(nodes_[at].entry);
        }
    }
    /// Entry of the longest prefix of `uri`.
    [[nodiscard]] Entry find_longest(std::string_view uri) const {
        Entry longest = no_entry;
        match(uri, [&longest](Entry entry) { longest = entry; });
        return longest;
    }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }

  private:
    struct Child {
        char first = 0;
        std::uint32_t node = 0;
    };
    struct Node {
        std::string label;  ///< octets between the parent and this node
        Entry entry = no_entry;
        std::vector<Child> children;  ///< sorted by first octet
    };
    static constexpr std::uint32_t root = 0;
    static constexpr std::uint32_t none = UINT32_MAX;

    [[nodiscard]] std::uint32_t child_of(std::uint32_t node, char first) const;
    /// The child of `node` whose whole label `rest` starts with, cut off `rest`; or none.
    [[nodiscard]] std::uint32_t step(std::uint32_t node, std::string_view& rest) const;
    [[nodiscard]] std::uint32_t make_node(std::string_view label, Entry entry);
    void link(std::uint32_t parent, std::uint32_t child);
    void unlink(std::uint32_t parent, std::uint32_t child);
    /// Cuts the label of `node` at `length`: the rest moves into a new child.
    void split(std::uint32_t node, std::size_t length);
    /// Joins `node` with its only child if it has no entry itself.
    void merge(std::uint32_t node);

    std::vector<Node> nodes_;
    std::vector<std::uint32_t> free_;
    std::size_t size_ = 0;
};

}  // namespace kreisel
