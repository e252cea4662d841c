// URI rules against the regular expressions of the specification, and matching against its
// definition, over short inputs: first octet chooses rule and policy, a NUL parts pattern and URI.

#include "common/base/check.hpp"
#include "common/wamp/match.hpp"
#include "common/wamp/uri.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace kreisel;

bool is_ascii(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) >= 0x80) return false;
    }
    return true;
}

/// rfc/text/basic/building_blocks, URIs.
bool oracle_is_valid(const std::string& uri, UriRule rule, EmptyComponents empty) {
    static const std::regex loose(R"(^([^\s.#]+\.)*([^\s.#]+)$)");
    static const std::regex loose_empty(R"(^(([^\s.#]+\.)|\.)*([^\s.#]+)?$)");
    static const std::regex loose_last(R"(^([^\s.#]+\.)*([^\s.#]+)?$)");
    static const std::regex strict(R"(^([0-9a-z_]+\.)*([0-9a-z_]+)$)");
    static const std::regex strict_empty(R"(^(([0-9a-z_]+\.)|\.)*([0-9a-z_]+)?$)");
    static const std::regex strict_last(R"(^([0-9a-z_]+\.)*([0-9a-z_]+)?$)");
    const bool is_strict = rule == UriRule::strict;
    switch (empty) {
        case EmptyComponents::none:
            return std::regex_match(uri, is_strict ? strict : loose);
        case EmptyComponents::last:
            return std::regex_match(uri, is_strict ? strict_last : loose_last);
        case EmptyComponents::anywhere:
            return std::regex_match(uri, is_strict ? strict_empty : loose_empty);
    }
    return false;
}

std::vector<std::string> components(std::string_view uri) {
    std::vector<std::string> parts(1);
    for (const char c : uri) {
        if (c == '.') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

bool oracle_matches(const std::string& pattern, MatchPolicy policy, const std::string& uri) {
    if (policy == MatchPolicy::exact) return pattern == uri;
    if (policy == MatchPolicy::prefix) return uri.compare(0, pattern.size(), pattern) == 0;
    const auto expected = components(pattern);
    const auto given = components(uri);
    if (expected.size() != given.size()) return false;
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (!expected[i].empty() && expected[i] != given[i]) return false;
    }
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // std::regex recurses for each character.
    constexpr std::size_t size_max = 256;
    if (size == 0 || size > size_max) return 0;
    const auto rule = static_cast<UriRule>(data[0] & 1U);
    const auto empty = static_cast<EmptyComponents>((data[0] >> 1U) % 3);
    const auto policy = static_cast<MatchPolicy>((data[0] >> 3U) % 3);
    const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
    const std::size_t cut = std::min(text.find('\0'), text.size());
    const std::string pattern = text.substr(0, cut);
    const std::string uri = cut == text.size() ? pattern : text.substr(cut + 1);

    const bool is_valid = is_valid_uri(uri, rule, empty);
    // 0x1C to 0x1F are white space to Python only; both judgements of them are allowed.
    const bool is_plain =
        is_ascii(uri) && uri.find_first_of("\x1c\x1d\x1e\x1f") == std::string::npos;
    if (is_plain || rule == UriRule::strict) {
        CHECK(is_valid == oracle_is_valid(uri, rule, empty), "the rule is the specification's");
    }
    const bool is_match = matches(pattern, policy, uri);
    CHECK(is_match == oracle_matches(pattern, policy, uri), "matching is as it is defined");
    if (covers(pattern, policy, uri, MatchPolicy::exact)) {
        CHECK(is_match, "what covers an exact URI matches it");
    }
    for (const MatchPolicy inner :
         {MatchPolicy::exact, MatchPolicy::prefix, MatchPolicy::wildcard}) {
        // A pattern that covers another takes what that takes: a sample of it here.
        std::string sample = uri;
        if (inner == MatchPolicy::wildcard) {
            sample.clear();
            for (const std::string& part : components(uri)) {
                sample += (sample.empty() ? "" : ".") + (part.empty() ? std::string("x") : part);
            }
        }
        if (covers(pattern, policy, uri, inner) && matches(uri, inner, sample)) {
            CHECK(matches(pattern, policy, sample), "a covered pattern takes nothing more");
        }
    }
    return 0;
}
