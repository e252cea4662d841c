#include "tests/sim/universe.hpp"

#include <algorithm>
#include <array>

namespace kreisel::sim {

namespace {

constexpr std::array<std::string_view, 10> good_uris = {
    "com.a",   "com.b", "com.a.b", "com.a.c",   "com.b.c",
    "com.b.a", "com",   "a.b.c",   "com.a.b.c", "com.secret"};
constexpr std::array<std::string_view, 8> odd_uris = {"com..a", "com.a#b",      "com a", "",
                                                      ".",      "wamp.no.such", "com.A", "wamp"};

constexpr std::array<std::string_view, 7> prefixes = {"com",   "com.", "com.a", "com.a.",
                                                      "com.b", "",     "a"};
constexpr std::array<std::string_view, 8> wildcards = {"com..c", ".a.",  "com.a.", "..",
                                                       "com..",  ".b.c", ".a",     "com..b."};

std::vector<std::string_view> components_of(std::string_view uri) {
    std::vector<std::string_view> components;
    while (true) {
        const auto dot = uri.find('.');
        components.push_back(uri.substr(0, dot));
        if (dot == std::string_view::npos) return components;
        uri = uri.substr(dot + 1);
    }
}

PermissionRule rule(std::string uri, MatchPolicy match, std::array<bool, action_count> allow,
                    Disclose disclose = Disclose::on_request) {
    PermissionRule made;
    made.uri = std::move(uri);
    made.match = match;
    std::copy(allow.begin(), allow.end(), std::begin(made.allow));
    made.disclose = disclose;
    return made;
}

// publish, subscribe, call, register
constexpr std::array<bool, action_count> all = {true, true, true, true};
constexpr std::array<bool, action_count> none = {false, false, false, false};
constexpr std::array<bool, action_count> ask_only = {true, false, true, false};
constexpr std::array<bool, action_count> offer_only = {false, true, false, true};

std::vector<RoleRules> make_versions() {
    const std::vector<PermissionRule> free = {rule("", MatchPolicy::prefix, all)};
    RoleRules first;
    first["free"] = free;
    first["limited"] = {rule("com.", MatchPolicy::prefix, all),
                        rule("com.secret", MatchPolicy::exact, none),
                        rule("com.b", MatchPolicy::prefix, ask_only, Disclose::never),
                        rule(".b.c", MatchPolicy::wildcard, all, Disclose::always)};
    first["guest"] = {rule("com.a", MatchPolicy::prefix, all, Disclose::always)};
    RoleRules second;
    second["free"] = free;
    second["limited"] = {rule("com.a", MatchPolicy::prefix, ask_only),
                         rule("com.b", MatchPolicy::prefix, offer_only),
                         rule("com.a.b", MatchPolicy::exact, all, Disclose::never)};
    RoleRules third;
    third["free"] = {rule("", MatchPolicy::prefix, all),
                     rule("com.a.", MatchPolicy::prefix, all, Disclose::never)};
    third["limited"] = {rule("", MatchPolicy::prefix, all, Disclose::always)};
    third["guest"] = {rule("com.a", MatchPolicy::exact, ask_only)};
    return {first, second, third};
}

/// Every URI of up to four components of the alphabet.
const std::vector<std::string>& all_uris() {
    static const std::vector<std::string> uris = [] {
        std::vector<std::string> made;
        std::vector<std::string> layer = {""};
        for (int depth = 0; depth < 4; ++depth) {
            std::vector<std::string> next;
            for (const std::string& start : layer) {
                for (const auto* component : {"com", "a", "b", "c", "secret", "x"}) {
                    next.push_back(start.empty() ? component : start + "." + component);
                }
            }
            made.insert(made.end(), next.begin(), next.end());
            layer = std::move(next);
        }
        return made;
    }();
    return uris;
}

/// Exact before prefix before wildcard, longer before shorter; one wildcard a role at most.
bool ranks_before(const PermissionRule& left, const PermissionRule& right) {
    if (left.match != right.match) return left.match < right.match;
    return left.uri.size() > right.uri.size();
}

template <class Takes>
const PermissionRule* best_rule(const std::vector<PermissionRule>& rules, Takes takes) {
    const PermissionRule* best = nullptr;
    for (const PermissionRule& candidate : rules) {
        if (!takes(candidate)) continue;
        if (best == nullptr || ranks_before(candidate, *best)) best = &candidate;
    }
    return best;
}

}  // namespace

std::string uri_of(std::uint32_t die) {
    if (die % 16 == 0) return std::string(odd_uris[(die / 16) % odd_uris.size()]);
    return std::string(good_uris[(die / 16) % good_uris.size()]);
}

PatternChoice pattern_of(std::uint32_t die) {
    const std::uint32_t rest = die / 16;
    if (die % 16 == 0) {
        const auto match = static_cast<MatchPolicy>(rest % 3);
        return {std::string(odd_uris[(rest / 3) % odd_uris.size()]), match};
    }
    if (die % 16 < 8) {
        return {std::string(good_uris[rest % good_uris.size()]), MatchPolicy::exact};
    }
    if (die % 16 < 12) return {std::string(prefixes[rest % prefixes.size()]), MatchPolicy::prefix};
    return {std::string(wildcards[rest % wildcards.size()]), MatchPolicy::wildcard};
}

bool is_well_formed(std::string_view uri, MatchPolicy match, bool is_strict) {
    const auto components = components_of(uri);
    for (std::size_t i = 0; i < components.size(); ++i) {
        const auto component = components[i];
        if (component.find_first_of(" #") != std::string_view::npos) return false;
        if (is_strict && component.find('A') != std::string_view::npos) return false;
        if (!component.empty() || match == MatchPolicy::wildcard) continue;
        const bool is_last = i + 1 == components.size();
        if (match == MatchPolicy::exact || !is_last) return false;
    }
    return true;
}

bool is_protocol_uri(std::string_view uri) { return components_of(uri).front() == "wamp"; }

const RoleRules& rules_of(std::uint32_t version) {
    static const std::vector<RoleRules> versions = make_versions();
    return versions[version % version_count];
}

Judgement judge(const std::vector<PermissionRule>& rules, Action action, std::string_view uri) {
    const PermissionRule* best =
        best_rule(rules, [uri](const PermissionRule& r) { return matches(r.uri, r.match, uri); });
    if (best == nullptr) return {};
    return {best->allow[static_cast<unsigned>(action)], best->disclose};
}

bool is_pattern_allowed(const std::vector<PermissionRule>& rules, Action action,
                        const PatternChoice& pattern) {
    const PermissionRule* best = best_rule(rules, [&pattern](const PermissionRule& r) {
        return covers(r.uri, r.match, pattern.uri, pattern.match);
    });
    if (best == nullptr || !best->allow[static_cast<unsigned>(action)]) return false;
    const auto& uris = all_uris();
    return std::all_of(uris.begin(), uris.end(), [&](const std::string& uri) {
        return !matches(pattern.uri, pattern.match, uri) || judge(rules, action, uri).is_allowed;
    });
}

}  // namespace kreisel::sim
