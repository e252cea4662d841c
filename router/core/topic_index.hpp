#pragma once
// TopicIndex: URI patterns -> entries, and for a URI the entries of the patterns that take it.
//
// Exact URIs in a hash table, prefixes in a radix tree, wildcards in a tree of components: what a
// look-up costs depends on the URI and on what matches, not on how many other patterns there are.
// Used by the broker for subscriptions, by the dealer for registrations, by permissions for rules.
// An entry is a number of the owner's. Confined to its owner; const use from any thread.
//
//     index.insert("com.example.", MatchPolicy::prefix, 7);
//     index.match("com.example.tick", [&](TopicIndex::Entry entry) { ... });

#include "common/wamp/match.hpp"
#include "router/core/prefix_trie.hpp"
#include "router/core/uri_hash.hpp"
#include "router/core/wildcard_trie.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kreisel {

class TopicIndex {
  public:
    using Entry = std::uint32_t;
    static constexpr Entry no_entry = UINT32_MAX;

    /// `seed` guards the hash tables against URIs made to collide.
    explicit TopicIndex(std::uint64_t seed = 0) : exact_(0, UriHash(seed)), wildcards_(seed) {}

    /// False for a pattern that is beyond what the index holds: a wildcard of too many components.
    [[nodiscard]] static bool takes(std::string_view pattern, MatchPolicy policy) {
        return policy != MatchPolicy::wildcard || WildcardTrie::takes(pattern);
    }
    /// The pattern must be absent, and takes() it.
    void insert(std::string_view pattern, MatchPolicy policy, Entry entry);
    /// The pattern must be present.
    void erase(std::string_view pattern, MatchPolicy policy);
    /// The entry of this very pattern under this very policy, or no_entry.
    [[nodiscard]] Entry find(std::string_view pattern, MatchPolicy policy) const;

    [[nodiscard]] Entry find_exact(std::string_view uri) const {
        if (exact_.empty()) return no_entry;
        const auto found = exact_.find(uri);
        return found == exact_.end() ? no_entry : found->second;
    }
    /// Calls `visit(entry)` for every pattern that takes `uri`.
    template <class Visit>
    void match(std::string_view uri, Visit visit) const {
        const Entry exact = find_exact(uri);
        if (exact != no_entry) visit(exact);
        prefixes_.match(uri, visit);
        wildcards_.match(uri, [&visit](Entry entry) {
            visit(entry);
            return true;
        });
    }
    /// The entry that takes precedence for `uri`: exact, else the longest prefix, else the wildcard
    /// whose literal components reach farthest (rfc/text/advanced/rpc_pattern_based_registration).
    [[nodiscard]] Entry find_best(std::string_view uri) const {
        const Entry exact = find_exact(uri);
        if (exact != no_entry) return exact;
        const Entry prefix = prefixes_.find_longest(uri);
        return prefix != no_entry ? prefix : wildcards_.find_best(uri);
    }
    [[nodiscard]] std::size_t size() const {
        return exact_.size() + prefixes_.size() + wildcards_.size();
    }

  private:
    static_assert(no_entry == PrefixTrie::no_entry && no_entry == WildcardTrie::no_entry);

    std::unordered_map<std::string, Entry, UriHash, std::equal_to<>> exact_;
    PrefixTrie prefixes_;
    WildcardTrie wildcards_;
};

}  // namespace kreisel
