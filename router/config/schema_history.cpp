// Event history: which topics of a realm are kept, and how much of them.

#include "router/config/schema.hpp"
#include "router/config/settings.hpp"

namespace kreisel {

namespace {

using std::chrono::hours;

constexpr std::uint32_t events_high = 1'000'000;
constexpr std::uint64_t bytes_low = std::uint64_t{1} << 10;
constexpr std::uint64_t bytes_high = std::uint64_t{64} << 30;
constexpr Duration age_high = hours{24 * 366};
constexpr std::size_t rules_high = 1'000;

const Choices<Durability>& durabilities() {
    static const Choices<Durability> choices = {{"group", Durability::group},
                                                {"relaxed", Durability::relaxed}};
    return choices;
}

Table<HistoryRule> history_table() {
    return {required(scalar<HistoryRule>(
                "uri", "a URI like com.example.topic",
                [](Reader&, const YamlNode&, const std::string& uri, HistoryRule& rule) {
                    rule.uri = uri;
                    return true;
                },
                [](const HistoryRule& rule) { return show_text(rule.uri); })),
            choice("match", &HistoryRule::match, match_policies()),
            count("events_max", &HistoryRule::events_max, 1U, events_high),
            size("bytes_max", &HistoryRule::bytes_max, bytes_low, bytes_high),
            duration("age_max", &HistoryRule::age_max, Duration{0}, age_high),
            choice("durability", &HistoryRule::durability, durabilities())};
}

/// What is wrong with the URI of a rule, if anything.
std::string fault_of(const Reader& reader, const RealmConfig& realm, const HistoryRule& rule) {
    const EmptyComponents empty = rule.match == MatchPolicy::exact    ? EmptyComponents::none
                                  : rule.match == MatchPolicy::prefix ? EmptyComponents::last
                                                                      : EmptyComponents::anywhere;
    if (!is_valid_uri(rule.uri, reader.uri_rule, empty)) {
        return "'" + rule.uri +
               "' is no valid URI for match: " + show_choice(match_policies(), rule.match);
    }
    if (is_reserved_uri(rule.uri)) return "topics of wamp belong to the protocol and are not kept";
    if (!TopicIndex::takes(rule.uri, rule.match)) return "the pattern has too many components";
    for (const HistoryRule& other : realm.history) {
        if (other.uri == rule.uri && other.match == rule.match) {
            return "'" + rule.uri + "' stands here with this match already; keep one";
        }
    }
    if (realm.history.size() == rules_high) return "a realm has at most 1000 of these";
    return "";
}

}  // namespace

Setting<RealmConfig> history_setting() {
    ListAccess<RealmConfig, HistoryRule> access;
    access.make = [](Reader&) { return HistoryRule{}; };
    access.get = [](const RealmConfig& realm) { return realm.history; };
    access.add = [](Reader& reader, const YamlNode& node, RealmConfig& realm, HistoryRule rule) {
        const std::string fault = fault_of(reader, realm, rule);
        if (fault.empty()) {
            realm.history.push_back(std::move(rule));
            return;
        }
        const Reader::Step step(reader, "uri");
        reader.fail(place_of(node, "uri"), fault);
    };
    access.name_key = "uri";
    access.broken = Broken::skipped;
    return list_of("history", history_table(), std::move(access));
}

}  // namespace kreisel
