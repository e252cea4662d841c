// Permissions against all rules tried one by one. A line is a rule: '+', policy, an octet whose
// bits are what it allows and what it says of disclosure, pattern; or a question: '?', policy,
// action, URI or pattern.
#include "common/base/check.hpp"
#include "router/core/permissions.hpp"
#include "tests/fuzz/patterns.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace kreisel;
using fuzz::Pattern;

constexpr std::size_t lines_max = 60;

struct Question {
    Action action = Action::publish;
    Pattern pattern;
};

PermissionRule read_rule(std::string_view text) {
    PermissionRule rule;
    rule.match = fuzz::policy_of(text[1]);
    const auto bits = static_cast<std::uint8_t>(text[2]);
    for (unsigned i = 0; i < action_count; ++i) rule.allow[i] = (bits >> i & 1U) != 0;
    rule.disclose = static_cast<Disclose>((bits >> 4U) % 3);
    rule.uri = text.substr(3);
    return rule;
}

/// The rule that decides, by trying all; of equal ones the first.
const PermissionRule* best_rule(const std::vector<PermissionRule>& rules, std::string_view uri) {
    const PermissionRule* best = nullptr;
    for (const PermissionRule& rule : rules) {
        if (!matches(rule.uri, rule.match, uri)) continue;
        if (best == nullptr ||
            fuzz::is_more_specific({rule.uri, rule.match}, {best->uri, best->match})) {
            best = &rule;
        }
    }
    return best;
}

/// URIs at the edges of a pattern: itself, longer, its gaps filled.
std::vector<std::string> samples_of(const std::string& pattern) {
    std::vector<std::string> samples{pattern, pattern + "x", pattern + ".x"};
    std::string filled;
    bool is_gap = true;
    for (const char c : pattern) {
        if (c == '.' && is_gap) filled += 'x';
        is_gap = c == '.';
        filled += c;
    }
    if (is_gap) filled += 'x';
    samples.push_back(filled);
    return samples;
}

void check_uri(const RolePermissions& permissions, const std::vector<PermissionRule>& rules,
               Action action, const std::string& uri) {
    const Decision decision = permissions.decide(action, uri);
    const PermissionRule* best = best_rule(rules, uri);
    CHECK((decision.rule == nullptr) == (best == nullptr), "a rule decides if one matches");
    if (best == nullptr) {
        CHECK(!decision.is_allowed, "what no rule allows is forbidden");
        return;
    }
    CHECK(decision.rule->uri == best->uri && decision.rule->match == best->match,
          "the most specific rule decides");
    CHECK(decision.is_allowed == best->allow[static_cast<unsigned>(action)], "as it says");
    CHECK(decision.disclose == best->disclose, "with its disclosure");
    CHECK(permissions.disclosure(action, uri) == best->disclose, "asked in short, too");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<PermissionRule> rules;
    std::vector<Question> questions;
    fuzz::for_each_line(data, size, lines_max, [&](std::string_view text) {
        if (text.size() < 3) return;
        if (text.front() == '+') rules.push_back(read_rule(text));
        if (text.front() != '?') return;
        questions.push_back({static_cast<Action>(std::uint8_t(text[2]) % action_count),
                             {std::string(text.substr(3)), fuzz::policy_of(text[1])}});
    });
    const RolePermissions permissions(rules);
    std::vector<std::string> samples;
    for (const PermissionRule& rule : rules) {
        for (std::string& sample : samples_of(rule.uri)) samples.push_back(std::move(sample));
    }
    for (const Question& question : questions) {
        const Pattern& pattern = question.pattern;
        auto tried = samples_of(pattern.uri);
        for (const std::string& uri : tried) check_uri(permissions, rules, question.action, uri);
        const bool is_allowed =
            permissions.decide(question.action, pattern.uri, pattern.match).is_allowed;
        tried.insert(tried.end(), samples.begin(), samples.end());
        for (const std::string& uri : tried) {
            if (!is_allowed || !matches(pattern.uri, pattern.match, uri)) continue;
            CHECK(permissions.decide(question.action, uri).is_allowed,
                  "an allowed pattern takes no forbidden URI");
        }
    }
    CHECK(permissions.has_same_rules(RolePermissions(rules)), "rules are the same as themselves");
    return 0;
}
