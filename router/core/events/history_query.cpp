#include "router/core/events/history_query.hpp"

#include "common/wamp/errors.hpp"

#include <array>
#include <string>
#include <utility>

namespace kreisel {

namespace {

using TimeFilter = std::pair<std::string_view, std::optional<Timestamp> HistoryQuery::*>;
using PublicationFilter = std::pair<std::string_view, std::optional<PublicationId> HistoryQuery::*>;

constexpr std::array<TimeFilter, 4> time_filters = {
    TimeFilter{"from_time", &HistoryQuery::from_time},
    TimeFilter{"after_time", &HistoryQuery::after_time},
    TimeFilter{"before_time", &HistoryQuery::before_time},
    TimeFilter{"until_time", &HistoryQuery::until_time}};

constexpr std::array<PublicationFilter, 4> publication_filters = {
    PublicationFilter{"from_publication", &HistoryQuery::from_publication},
    PublicationFilter{"after_publication", &HistoryQuery::after_publication},
    PublicationFilter{"before_publication", &HistoryQuery::before_publication},
    PublicationFilter{"until_publication", &HistoryQuery::until_publication}};

tl::unexpected<Error> refuse(std::string_view key, std::string_view wanted) {
    return fail(uris::invalid_argument, std::string(key) + " must be " + std::string(wanted));
}

Result<bool> read_time(const std::string& key, const Value& value, HistoryQuery& query) {
    for (const auto& [name, member] : time_filters) {
        if (name != key) continue;
        const auto* text = value.get_if<std::string>();
        if (text != nullptr) query.*member = parse_timestamp(*text);
        if (!(query.*member)) {
            return refuse(key, "a time of RFC 3339 like 2026-11-22T07:51:03.123Z");
        }
        return true;
    }
    return false;
}

Result<bool> read_publication(const std::string& key, const Value& value, HistoryQuery& query) {
    for (const auto& [name, member] : publication_filters) {
        if (name != key) continue;
        const auto id = value.to_uint();
        if (!id || !is_valid_id(*id)) return refuse(key, "the id of a publication");
        query.*member = PublicationId{*id};
        return true;
    }
    return false;
}

Result<void> read_filter(const std::string& key, const Value& value, HistoryQuery& query) {
    if (key == "reverse") {
        const bool* flag = value.get_if<bool>();
        if (flag == nullptr) return refuse(key, "a boolean");
        query.is_reverse = *flag;
        return {};
    }
    if (key == "limit") {
        const auto limit = value.to_uint();
        if (!limit || *limit == 0) return refuse(key, "an integer above 0");
        query.limit = *limit;
        return {};
    }
    if (key == "topic") {
        const auto* topic = value.get_if<std::string>();
        if (topic == nullptr) return refuse(key, "a URI");
        query.topic = *topic;
        return {};
    }
    const auto is_time = read_time(key, value, query);
    if (!is_time) return tl::unexpected(is_time.error());
    if (*is_time) return {};
    const auto is_publication = read_publication(key, value, query);
    if (!is_publication) return tl::unexpected(is_publication.error());
    if (*is_publication) return {};
    return fail(uris::invalid_argument, "event history knows no filter " + key);
}

}  // namespace

Result<HistoryQuery> read_history_query(const Dict& kwargs) {
    HistoryQuery query;
    for (const auto& [key, value] : kwargs) {
        if (value.is_null()) continue;
        if (auto read = read_filter(key, value, query); !read) {
            return tl::unexpected(read.error());
        }
    }
    return query;
}

}  // namespace kreisel
