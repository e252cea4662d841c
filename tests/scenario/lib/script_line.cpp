#include "tests/scenario/lib/script_line.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace kreisel::scenario {

namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text = text.substr(end + 1);
    }
}

bool has_word(const std::vector<std::string_view>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::uint32_t number_of(const std::vector<std::string_view>& words, std::string_view key,
                        std::uint32_t otherwise) {
    const std::string text = option_of(words, key, std::to_string(otherwise));
    return static_cast<std::uint32_t>(std::stoul(text));
}

constexpr std::array<std::string_view, action_count> action_names = {"publish", "subscribe", "call",
                                                                     "register"};

void allow(PermissionRule& rule, const std::string& actions) {
    if (actions.empty()) return;
    for (const auto action : split(actions, ',')) {
        const auto found = std::find(action_names.begin(), action_names.end(), action);
        if (action == "all") {
            std::fill(std::begin(rule.allow), std::end(rule.allow), true);
        } else if (found != action_names.end()) {
            rule.allow[found - action_names.begin()] = true;
        } else {
            throw TextError("unknown action " + std::string(action));
        }
    }
}

/// `caller+call_canceling+progressive_call_results` as an entry of HELLO.Details.roles.
void add_role(Dict& roles, std::string_view word) {
    static constexpr std::array<std::string_view, 4> names = {"publisher", "subscriber", "caller",
                                                              "callee"};
    const auto parts = split(word, '+');
    if (std::find(names.begin(), names.end(), parts.front()) == names.end()) {
        throw TextError("unknown role " + std::string(parts.front()));
    }
    Dict features;
    for (std::size_t i = 1; i < parts.size(); ++i) features.append(std::string(parts[i]), true);
    Dict details;
    if (!features.empty()) details.append("features", features);
    roles.append(std::string(parts.front()), details);
}

RealmSetting& realm_named(std::vector<RealmSetting>& realms, const std::string& name) {
    const auto found = std::find_if(realms.begin(), realms.end(),
                                    [&name](const auto& realm) { return realm.name == name; });
    if (found == realms.end()) throw TextError("no realm " + name + " in the head");
    return *found;
}

std::string lower(std::string_view text) {
    std::string copy(text);
    for (char& c : copy) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return copy;
}

/// Two digits an octet; spaces may part them.
std::string from_hex(std::string_view text) {
    std::string bytes;
    for (const auto digits : words_of(text)) {
        for (std::size_t i = 0; i + 2 <= digits.size(); i += 2) {
            unsigned octet = 0;
            std::from_chars(digits.data() + i, digits.data() + i + 2, octet, 16);
            bytes.push_back(static_cast<char>(octet));
        }
    }
    return bytes;
}

/// `TYPE element element...`, with `ERROR TYPE ...` too; or one JSON-like value.
Pattern parse_message(std::string_view text) {
    if (text.empty()) throw TextError("a message is missing");
    if (text.front() == '[' || text.front() == '{') {
        Pattern pattern = parse_pattern(text);
        if (!words_of(text).empty()) throw TextError("something follows the message");
        return pattern;
    }
    Pattern list = parse_elements(text);
    for (std::size_t i = 0; i < std::min<std::size_t>(2, list.elements.size()); ++i) {
        Pattern& element = list.elements[i];
        if (!element.is_word) continue;
        const auto type = message_type_of(*element.value.get_if<std::string>());
        if (type.has_value() && (i == 0 || list.elements[0].value == Value(8))) {
            element.value = *type;
        } else if (i == 0) {
            throw TextError("unknown message type");
        }
    }
    return list;
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (const auto word : split(line, ' ')) {
        if (!word.empty()) words.push_back(word);
    }
    return words;
}

std::string option_of(const std::vector<std::string_view>& words, std::string_view key,
                      std::string_view otherwise) {
    for (const auto word : words) {
        if (word.size() > key.size() && word.substr(0, key.size()) == key &&
            word[key.size()] == '=') {
            return std::string(word.substr(key.size() + 1));
        }
    }
    return std::string(otherwise);
}

PermissionRule parse_rule(const std::vector<std::string_view>& words) {
    PermissionRule rule;
    rule.origin = "scenario";
    if (words.empty()) throw TextError("a rule needs `any`, or a match policy and a URI");
    if (words[0] == "any") {
        rule.match = MatchPolicy::prefix;
    } else {
        const auto match = match_policy_of(words[0]);
        if (!match || words.size() < 2) throw TextError("a rule needs a match policy and a URI");
        rule.match = *match;
        rule.uri = words[1];
    }
    allow(rule, option_of(words, "allow", ""));
    const std::string disclose = option_of(words, "disclose", "on_request");
    if (disclose == "always") {
        rule.disclose = Disclose::always;
    } else if (disclose == "never") {
        rule.disclose = Disclose::never;
    } else if (disclose != "on_request") {
        throw TextError("unknown disclose " + disclose);
    }
    return rule;
}

HistoryRule parse_history(const std::vector<std::string_view>& words) {
    if (words.size() < 2) throw TextError("a history needs a match policy and a URI");
    const auto match = match_policy_of(words[0]);
    if (!match) throw TextError("unknown match policy " + std::string(words[0]));
    HistoryRule rule;
    rule.uri = words[1];
    rule.match = *match;
    rule.events_max = number_of(words, "events", rule.events_max);
    rule.bytes_max = number_of(words, "bytes", static_cast<std::uint32_t>(rule.bytes_max));
    rule.age_max = std::chrono::seconds{number_of(words, "age", 0)};
    return rule;
}

RealmSetting parse_realm(const std::vector<std::string_view>& words) {
    if (words.empty()) throw TextError("a realm needs a name");
    RealmSetting realm;
    realm.name = words[0];
    if (has_word(words, "strict")) realm.uri_rule = UriRule::strict;
    realm.has_strict_request_ids = !has_word(words, "relaxed_ids");
    realm.has_storage = has_word(words, "storage");
    realm.anonymous_role = option_of(words, "anonymous", "anonymous");
    if (has_word(words, "no_anonymous")) realm.anonymous_role.reset();
    RealmLimits& limits = realm.limits;
    limits.subscriptions_per_session =
        number_of(words, "subscriptions", limits.subscriptions_per_session);
    limits.registrations_per_session =
        number_of(words, "registrations", limits.registrations_per_session);
    limits.pending_calls_per_session = number_of(words, "calls", limits.pending_calls_per_session);
    limits.held_requests_per_session = number_of(words, "held", limits.held_requests_per_session);
    if (const auto time = number_of(words, "ruling", 0); time > 0) {
        limits.authorizer_timeout = std::chrono::milliseconds{time};
    }
    limits.waiting_calls_per_registration =
        number_of(words, "waiting", limits.waiting_calls_per_registration);
    limits.testaments_per_session = number_of(words, "testaments", limits.testaments_per_session);
    limits.sessions_per_authid = number_of(words, "sessions", limits.sessions_per_authid);
    limits.retained_topics = number_of(words, "retained", limits.retained_topics);
    return realm;
}

SessionSetting parse_session(std::string_view name, const std::vector<std::string_view>& words,
                             std::vector<RealmSetting>& realms) {
    SessionSetting session;
    session.realm = option_of(words, "realm", realms.front().name);
    session.is_raw = has_word(words, "raw");
    for (const auto word : words) {
        if (word == "raw" || word.find('=') != std::string_view::npos) continue;
        add_role(session.roles, word);
    }
    if (session.is_raw) return session;
    if (session.roles.empty()) {
        for (const auto role : {"publisher", "subscriber", "caller", "callee"}) {
            add_role(session.roles, role);
        }
    }
    const std::string role = option_of(words, "role", "");
    session.authid = option_of(words, "authid", role.empty() ? "" : lower(name));
    if (session.authid.empty()) return session;
    session.ticket = option_of(words, "ticket", "secret-of-" + session.authid);
    auto& users = realm_named(realms, session.realm).users;
    const bool is_known = std::any_of(users.begin(), users.end(), [&session](const auto& user) {
        return user.authid == session.authid;
    });
    if (!is_known) {
        users.push_back({session.authid, role.empty() ? "user" : role, session.ticket});
    }
    return session;
}

void parse_send(std::string_view rest, Step& step) {
    if (rest.substr(0, 6) == "bytes ") {
        step.kind = Step::Kind::send_bytes;
        step.bytes = from_hex(rest.substr(6));
        return;
    }
    step.kind = Step::Kind::send;
    step.message = parse_message(rest);
}

void parse_expect(std::string_view rest, Step& step) {
    if (rest == "nothing") {
        step.kind = Step::Kind::nothing;
    } else if (rest == "closed") {
        step.kind = Step::Kind::closed;
    } else {
        step.message = parse_message(rest);
    }
}

}  // namespace kreisel::scenario
