// Filters of wamp.subscription.get_events: any dictionary in JSON as keyword arguments, asked of a
// history of known events, against all filters tried on each event.
#include "common/base/check.hpp"
#include "common/codec/codec.hpp"
#include "common/wamp/errors.hpp"
#include "router/core/events/event_log.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace kreisel;

constexpr std::uint64_t events = 20;
constexpr std::uint64_t first_publication = 1001;

struct Known {
    PublicationId publication;
    WallTime time;
    Uri topic;
};

/// Publications 1001... from 2026-11-22T00:00:00Z on, two in each second, on three topics.
std::vector<Known> known_events() {
    std::vector<Known> known;
    const auto start = parse_timestamp("2026-11-22T00:00:00Z");
    for (std::uint64_t i = 0; i < events; ++i) {
        const auto time =
            std::chrono::floor<std::chrono::milliseconds>(*start) + std::chrono::seconds{i / 2};
        known.push_back({PublicationId{first_publication + i}, WallTime(time),
                         "com.a." + std::to_string(i % 3)});
    }
    return known;
}

EventLog make_log(const std::vector<Known>& known) {
    HistoryRule rule;
    rule.uri = "com.a.";
    rule.match = MatchPolicy::prefix;
    rule.events_max = events;
    EventLog log(rule);
    std::uint64_t sequence = 0;
    for (const Known& event : known) {
        Publish request;
        request.topic = event.topic;
        request.payload = make_payload({Value(event.publication)});
        log.append(++sequence,
                   make_kept_event(request, event.publication, event.time, SessionId{}, {}));
    }
    return log;
}

bool is_known(const std::optional<PublicationId>& publication) {
    return !publication || (publication->value >= first_publication &&
                            publication->value < first_publication + events);
}

/// All filters on one event; the ids of the known events rise with their place.
bool is_wanted(const Known& event, const HistoryQuery& query) {
    const Timestamp time = event.time;
    const std::uint64_t id = event.publication.value;
    return (!query.from_time || time >= *query.from_time) &&
           (!query.after_time || time > *query.after_time) &&
           (!query.before_time || time < *query.before_time) &&
           (!query.until_time || time <= *query.until_time) &&
           (!query.topic || event.topic == *query.topic) &&
           (!query.from_publication || id >= query.from_publication->value) &&
           (!query.after_publication || id > query.after_publication->value) &&
           (!query.before_publication || id < query.before_publication->value) &&
           (!query.until_publication || id <= query.until_publication->value);
}

void check_answer(const HistoryQuery& query) {
    static const std::vector<Known> known = known_events();
    static const EventLog log = make_log(known);
    const auto page = log.find(query, SessionInfo{}, SubscriptionId{1},
                               known.back().time + std::chrono::hours{1});
    const bool is_answerable =
        is_known(query.from_publication) && is_known(query.after_publication) &&
        is_known(query.before_publication) && is_known(query.until_publication);
    CHECK(page.has_value() == is_answerable, "a publication that is not held is an error");
    if (!page) return CHECK(page.error().uri == uris::invalid_argument, "of the argument");

    std::vector<std::uint64_t> wanted;
    for (const Known& event : known) {
        if (is_wanted(event, query)) wanted.push_back(event.publication.value);
    }
    if (query.is_reverse) std::reverse(wanted.begin(), wanted.end());
    if (wanted.size() > query.limit) wanted.resize(query.limit);
    std::vector<std::uint64_t> found;
    for (const Value& event : page->events) {
        found.push_back(event.get_if<Dict>()->find_uint("publication").value_or(0));
    }
    CHECK(found == wanted, "the history tells what all filters let through, in order");
    CHECK(!page->has_more, "so few fit into one answer");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string call = R"([48,1,{},"p",[],)" + std::string(text) + "]";
    const auto message = decode(Encoding::json, SharedBytes::copy_of(call), {});
    if (!message) return 0;
    const Dict kwargs = read_payload(std::get<Call>(*message).payload).kwargs;
    const auto query = read_history_query(kwargs);
    if (query) {
        check_answer(*query);
    } else {
        CHECK(query.error().uri == uris::invalid_argument && !query.error().text.empty(),
              "a refused filter has a reason");
    }
    return 0;
}
