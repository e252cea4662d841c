#include "router/core/topic_index.hpp"

#include "common/base/check.hpp"

namespace kreisel {

void TopicIndex::insert(std::string_view pattern, MatchPolicy policy, Entry entry) {
    CHECK(entry != no_entry, "no_entry means none");
    switch (policy) {
        case MatchPolicy::exact: {
            const bool is_new = exact_.emplace(std::string(pattern), entry).second;
            CHECK(is_new, "a pattern is entered once");
            return;
        }
        case MatchPolicy::prefix:
            return prefixes_.insert(pattern, entry);
        case MatchPolicy::wildcard:
            return wildcards_.insert(pattern, entry);
    }
}

void TopicIndex::erase(std::string_view pattern, MatchPolicy policy) {
    switch (policy) {
        case MatchPolicy::exact: {
            const auto found = exact_.find(pattern);
            CHECK(found != exact_.end(), "a pattern that is erased was entered");
            exact_.erase(found);
            return;
        }
        case MatchPolicy::prefix:
            return prefixes_.erase(pattern);
        case MatchPolicy::wildcard:
            return wildcards_.erase(pattern);
    }
}

TopicIndex::Entry TopicIndex::find(std::string_view pattern, MatchPolicy policy) const {
    switch (policy) {
        case MatchPolicy::exact:
            return find_exact(pattern);
        case MatchPolicy::prefix:
            return prefixes_.find(pattern);
        case MatchPolicy::wildcard:
            return wildcards_.find(pattern);
    }
    return no_entry;
}

}  // namespace kreisel
