// The topic index against a list of patterns that are all tried. A line is a pattern that goes in,
// or out if it is there: '+', its policy, its text; or a URI to look up: '?' and its text.
#include "common/base/check.hpp"
#include "router/core/topic_index.hpp"
#include "tests/fuzz/patterns.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace {

using namespace kreisel;
using fuzz::Pattern;

constexpr std::size_t lines_max = 300;

class Play {
  public:
    void line(std::string_view text) {
        if (text.front() == '?') return look_up(text.substr(1));
        if (text.front() != '+' || text.size() < 2) return;
        toggle({std::string(text.substr(2)), fuzz::policy_of(text[1])});
    }

    void finish() {
        while (!entries_.empty()) toggle(Pattern(entries_.begin()->first));
        CHECK(index_.size() == 0, "nothing is left when all have gone");
        look_up("com.example");
    }

  private:
    void toggle(const Pattern& pattern) {
        const auto found = entries_.find(pattern);
        const TopicIndex::Entry held = index_.find(pattern.uri, pattern.match);
        if (found != entries_.end()) {
            CHECK(held == found->second, "what went in is found");
            index_.erase(pattern.uri, pattern.match);
            entries_.erase(found);
        } else {
            CHECK(held == TopicIndex::no_entry, "what is not there is not found");
            if (!TopicIndex::takes(pattern.uri, pattern.match)) return;
            index_.insert(pattern.uri, pattern.match, next_);
            entries_.emplace(pattern, next_++);
        }
        CHECK(index_.size() == entries_.size(), "the index knows its size");
        look_up(pattern.uri);
    }

    void look_up(std::string_view uri) const {
        std::multiset<TopicIndex::Entry> wanted;
        const Pattern* best = nullptr;
        for (const auto& [pattern, entry] : entries_) {
            if (!matches(pattern.uri, pattern.match, uri)) continue;
            wanted.insert(entry);
            if (best == nullptr || fuzz::is_more_specific(pattern, *best)) best = &pattern;
        }
        std::multiset<TopicIndex::Entry> found;
        index_.match(uri, [&found](TopicIndex::Entry entry) { found.insert(entry); });
        CHECK(found == wanted, "the index finds what trying all patterns finds, each once");
        CHECK(
            index_.find_best(uri) == (best == nullptr ? TopicIndex::no_entry : entries_.at(*best)),
            "the most specific pattern is found");
    }

    TopicIndex index_{1};
    std::map<Pattern, TopicIndex::Entry> entries_;
    TopicIndex::Entry next_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Play play;
    fuzz::for_each_line(data, size, lines_max, [&play](std::string_view text) { play.line(text); });
    play.finish();
    return 0;
}
