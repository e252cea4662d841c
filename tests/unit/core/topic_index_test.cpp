// TopicIndex against a list that is searched from end to end: random patterns and URIs over a small
// alphabet, so that prefixes, gaps and partial components meet often.
#include "router/core/topic_index.hpp"

#include "common/base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace kreisel;

namespace {

struct Pattern {
    std::string text;
    MatchPolicy policy = MatchPolicy::exact;
    TopicIndex::Entry entry = 0;
};

std::vector<std::size_t> gaps_of(std::string_view pattern) {
    std::vector<std::size_t> gaps;
    std::size_t component = 0;
    std::size_t start = 0;
    for (std::size_t at = 0; at <= pattern.size(); ++at) {
        if (at < pattern.size() && pattern[at] != '.') continue;
        if (at == start) gaps.push_back(component);
        ++component;
        start = at + 1;
    }
    return gaps;
}

/// Precedence of `a` over `b`, both of which take the same URI, as the specification words it.
bool takes_precedence(const Pattern& a, const Pattern& b) {
    if (a.policy != b.policy) return a.policy < b.policy;
    if (a.policy == MatchPolicy::prefix) return a.text.size() > b.text.size();
    const auto a_gaps = gaps_of(a.text);
    const auto b_gaps = gaps_of(b.text);
    for (std::size_t i = 0; i < std::min(a_gaps.size(), b_gaps.size()); ++i) {
        if (a_gaps[i] != b_gaps[i]) return a_gaps[i] > b_gaps[i];
    }
    return a_gaps.size() < b_gaps.size();
}

std::string random_text(Random& random, std::size_t gap_percent) {
    static constexpr const char* words[] = {"a", "b", "ab", "abc", "b1", "\xc3\xa4"};
    std::string text;
    const std::uint64_t components = 1 + random.below(4);
    for (std::uint64_t i = 0; i < components; ++i) {
        if (i > 0) text += '.';
        if (random.below(100) >= gap_percent) text += words[random.below(6)];
    }
    return text;
}

Pattern random_pattern(Random& random) {
    Pattern pattern;
    pattern.policy = static_cast<MatchPolicy>(random.below(3));
    pattern.text = random_text(random, pattern.policy == MatchPolicy::wildcard ? 40 : 0);
    if (pattern.policy == MatchPolicy::prefix) {
        pattern.text.resize(static_cast<std::size_t>(random.below(pattern.text.size() + 1)));
    }
    return pattern;
}

class Oracle {
  public:
    explicit Oracle(std::uint64_t seed) : random_(seed), index_(seed) {}

    void change() {
        Pattern pattern = random_pattern(random_);
        const auto same = std::find_if(patterns_.begin(), patterns_.end(), [&](const Pattern& p) {
            return p.text == pattern.text && p.policy == pattern.policy;
        });
        if (same == patterns_.end()) {
            BOOST_TEST((index_.find(pattern.text, pattern.policy) == TopicIndex::no_entry));
            pattern.entry = ++last_entry_;
            index_.insert(pattern.text, pattern.policy, pattern.entry);
            patterns_.push_back(pattern);
        } else {
            BOOST_TEST(index_.find(pattern.text, pattern.policy) == same->entry);
            index_.erase(pattern.text, pattern.policy);
            patterns_.erase(same);
        }
    }
    void check() {
        const std::string uri = random_text(random_, 0);
        std::vector<TopicIndex::Entry> expected;
        const Pattern* best = nullptr;
        for (const Pattern& pattern : patterns_) {
            if (!matches(pattern.text, pattern.policy, uri)) continue;
            expected.push_back(pattern.entry);
            if (best == nullptr || takes_precedence(pattern, *best)) best = &pattern;
        }
        std::vector<TopicIndex::Entry> found;
        index_.match(uri, [&found](TopicIndex::Entry entry) { found.push_back(entry); });
        std::sort(found.begin(), found.end());
        std::sort(expected.begin(), expected.end());
        matched_ += found.size();
        BOOST_TEST(found == expected, "matches of " << uri);
        BOOST_TEST(index_.find_best(uri) == (best == nullptr ? TopicIndex::no_entry : best->entry));
        BOOST_TEST(index_.size() == patterns_.size());
    }
    void remove_all() {
        for (const Pattern& pattern : patterns_) index_.erase(pattern.text, pattern.policy);
        patterns_.clear();
        BOOST_TEST(index_.size() == 0U);
    }
    [[nodiscard]] std::size_t matched() const { return matched_; }

  private:
    SeededRandom random_;
    TopicIndex index_;
    std::vector<Pattern> patterns_;
    TopicIndex::Entry last_entry_ = 0;
    std::size_t matched_ = 0;
};

std::vector<TopicIndex::Entry> matches_of(const TopicIndex& index, std::string_view uri) {
    std::vector<TopicIndex::Entry> found;
    index.match(uri, [&found](TopicIndex::Entry entry) { found.push_back(entry); });
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(topic_index)

BOOST_AUTO_TEST_CASE(index_agrees_with_a_search_through_all_patterns) {
    std::size_t matched = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            Oracle oracle(seed);
            for (int step = 0; step < 400; ++step) {
                oracle.change();
                oracle.check();
            }
            oracle.remove_all();
            oracle.check();
            matched += oracle.matched();
        }
    }

    BOOST_TEST(matched > 10'000U);
}

BOOST_AUTO_TEST_CASE(prefix_is_plain_text_and_may_end_within_a_component) {
    TopicIndex index;
    index.insert("a1.b2.c3", MatchPolicy::prefix, 1);
    index.insert("a1.b2.c3.d4", MatchPolicy::exact, 2);

    BOOST_TEST(index.find_best("a1.b2.c33.d4.e5") == 1U);
    BOOST_TEST(index.find_best("a1.b2.c3.d4") == 2U);
    BOOST_TEST((index.find_best("a1.b2.c") == TopicIndex::no_entry));
}

// The registrations and calls of the example in rfc/text/advanced/rpc_pattern_based_registration.
BOOST_AUTO_TEST_CASE(precedence_follows_the_example_of_the_specification) {
    TopicIndex index;
    index.insert("a1.b2.c3.d4.e55", MatchPolicy::exact, 1);
    index.insert("a1.b2.c3", MatchPolicy::prefix, 2);
    index.insert("a1.b2.c3.d4", MatchPolicy::prefix, 3);
    index.insert("a1.b2..d4.e5", MatchPolicy::wildcard, 4);
    index.insert("a1.b2.c33..e5", MatchPolicy::wildcard, 5);
    index.insert("a1.b2..d4.e5..g7", MatchPolicy::wildcard, 6);
    index.insert("a1.b2..d4..f6.g7", MatchPolicy::wildcard, 7);

    BOOST_TEST(index.find_best("a1.b2.c3.d4.e55") == 1U);
    BOOST_TEST(index.find_best("a1.b2.c3.d98.e74") == 2U);
    BOOST_TEST(index.find_best("a1.b2.c3.d4.e325") == 3U);
    BOOST_TEST(index.find_best("a1.b2.c55.d4.e5") == 4U);
    BOOST_TEST(index.find_best("a1.b2.c77.d4.e5.f6.g7") == 6U);
    BOOST_TEST(index.find_best("a1.b2.c77.d4.e99.f6.g7") == 7U);
    // "a1.b2.c33.d4.e5" begins with "a1.b2.c3": the plain text decides.
    BOOST_TEST(index.find_best("a1.b2.c33.d4.e5") == 2U);
}

BOOST_AUTO_TEST_CASE(empty_prefix_takes_everything) {
    TopicIndex index;
    index.insert("", MatchPolicy::prefix, 1);

    BOOST_TEST(index.find_best("any.thing") == 1U);
    index.erase("", MatchPolicy::prefix);
    BOOST_TEST((index.find_best("any.thing") == TopicIndex::no_entry));
}

BOOST_AUTO_TEST_CASE(one_text_under_three_policies_is_three_patterns) {
    TopicIndex index;
    index.insert("com.a", MatchPolicy::exact, 1);
    index.insert("com.a", MatchPolicy::prefix, 2);
    index.insert("com.a", MatchPolicy::wildcard, 3);

    BOOST_TEST(matches_of(index, "com.a") == (std::vector<TopicIndex::Entry>{1, 2, 3}));
    index.erase("com.a", MatchPolicy::prefix);
    BOOST_TEST(matches_of(index, "com.a") == (std::vector<TopicIndex::Entry>{1, 3}));
}

BOOST_AUTO_TEST_CASE(wildcards_beyond_the_components_limit_are_not_taken) {
    const std::string longest(WildcardTrie::components_max - 1, '.');
    TopicIndex index;

    BOOST_TEST(TopicIndex::takes(longest, MatchPolicy::wildcard));
    BOOST_TEST(!TopicIndex::takes(longest + ".", MatchPolicy::wildcard));
    BOOST_TEST(TopicIndex::takes(longest + ".", MatchPolicy::prefix));
    index.insert(longest, MatchPolicy::wildcard, 1);
    BOOST_TEST(index.find(longest, MatchPolicy::wildcard) == 1U);
    std::string uri = "a";
    for (std::size_t i = 1; i < WildcardTrie::components_max; ++i) uri += ".a";
    BOOST_TEST(index.find_best(uri) == 1U);
    BOOST_TEST((index.find_best(uri + ".a") == TopicIndex::no_entry));
}

BOOST_AUTO_TEST_SUITE_END()
