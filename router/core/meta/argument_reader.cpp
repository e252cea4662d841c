#include "router/core/meta/argument_reader.hpp"

#include "common/wamp/errors.hpp"
#include "common/wamp/match.hpp"

#include <utility>

namespace kreisel {

namespace {

/// The text of `value`; none for what would become binary on its way to a JSON receiver.
const std::string* text_of(const Value& value) {
    const auto* text = value.get_if<std::string>();
    return text == nullptr || (!text->empty() && text->front() == '\0') ? nullptr : text;
}

}  // namespace

ArgumentReader::ArgumentReader(const MetaCall& call, std::size_t count_max) : call_(call) {
    if (call.args.size() <= count_max) return;
    refuse(uris::invalid_argument,
           "the procedure takes " + std::to_string(count_max) + " positional arguments at most");
}

std::uint64_t ArgumentReader::id(std::size_t place, std::string_view what) {
    const Value* value = at(place);
    const std::uint64_t id = value == nullptr ? 0 : value->to_uint().value_or(0);
    if (!is_valid_id(id)) refuse_type(what, "an id");
    return id;
}

std::string_view ArgumentReader::text(std::size_t place, std::string_view what) {
    const Value* value = at(place);
    const std::string* text = value == nullptr ? nullptr : text_of(*value);
    if (text != nullptr) return *text;
    refuse_type(what, "a string");
    return {};
}

Dict ArgumentReader::dict(std::size_t place, std::string_view what) {
    if (at(place) == nullptr) refuse_type(what, "a dictionary");
    return dict_or_empty(place, what);
}

Dict ArgumentReader::dict_or_empty(std::size_t place, std::string_view what) {
    const Value* value = at(place);
    if (value == nullptr) return {};
    const auto* dict = value->get_if<Dict>();
    if (dict != nullptr) return *dict;
    refuse_type(what, "a dictionary");
    return {};
}

List ArgumentReader::list_or_empty(std::size_t place, std::string_view what) {
    const Value* value = at(place);
    if (value == nullptr) return {};
    const auto* list = value->get_if<List>();
    if (list != nullptr) return *list;
    refuse_type(what, "a list");
    return {};
}

std::optional<std::vector<std::string_view>> ArgumentReader::find_texts(std::size_t place,
                                                                        std::string_view what) {
    if (at(place) == nullptr) return std::nullopt;
    std::vector<std::string_view> texts;
    const auto* list = at(place)->get_if<List>();
    if (list == nullptr) refuse_type(what, "a list of strings");
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        const std::string* text = text_of((*list)[i]);
        if (text == nullptr) refuse_type(what, "a list of strings");
        if (text != nullptr) texts.emplace_back(*text);
    }
    return texts;
}

std::optional<std::string_view> ArgumentReader::find_text(std::string_view key, std::size_t place) {
    const Value* value = at(key, place);
    if (value == nullptr) return std::nullopt;
    const std::string* text = text_of(*value);
    if (text != nullptr) return *text;
    refuse_type(key, "a string");
    return std::nullopt;
}

Dict ArgumentReader::find_dict(std::string_view key, std::size_t place) {
    const Value* value = at(key, place);
    if (value == nullptr) return {};
    const auto* dict = value->get_if<Dict>();
    if (dict != nullptr) return *dict;
    refuse_type(key, "a dictionary");
    return {};
}

std::optional<std::string_view> ArgumentReader::find_reason() {
    const Value* value = call_.kwargs.find("reason");
    if (value == nullptr) return std::nullopt;
    const std::string* text = text_of(*value);
    if (text != nullptr && is_valid_uri(*text, UriRule::loose, EmptyComponents::none)) return *text;
    refuse(uris::invalid_uri, "reason is no valid URI");
    return std::nullopt;
}

MatchPolicy ArgumentReader::match(std::size_t place) {
    const Dict options = dict_or_empty(place, "options");
    const Value* value = options.find("match");
    if (value == nullptr) return MatchPolicy::exact;
    const auto match = match_policy_of(options.find_text("match").value_or(""));
    if (!match) {
        refuse(uris::invalid_argument, "options.match is none of exact, prefix and wildcard");
    }
    return match.value_or(MatchPolicy::exact);
}

void ArgumentReader::refuse(std::string_view uri, std::string text) {
    if (!fault_) fault_ = Error{uri, std::move(text)};
}

const Value* ArgumentReader::at(std::size_t place) const {
    return place >= call_.args.size() || call_.args[place].is_null() ? nullptr : &call_.args[place];
}

const Value* ArgumentReader::at(std::string_view key, std::size_t place) const {
    const Value* named = call_.kwargs.find(key);
    return named == nullptr ? at(place) : named;
}

void ArgumentReader::refuse_type(std::string_view what, std::string_view wanted) {
    refuse(uris::invalid_argument, std::string(what) + " must be " + std::string(wanted));
}

}  // namespace kreisel
