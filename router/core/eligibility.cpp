#include "router/core/eligibility.hpp"

#include <algorithm>
#include <string>

namespace kreisel {

namespace {

template <class Item>
void sort_unique(std::vector<Item>& items) {
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
}

template <class Item>
bool has(const std::vector<Item>& sorted, const Item& item) {
    return std::binary_search(sorted.begin(), sorted.end(), item);
}

/// Whether `item` is in `eligible`, if present, and not in `exclude`, if present.
template <class Item>
bool passes(const std::optional<std::vector<Item>>& eligible,
            const std::optional<std::vector<Item>>& exclude, const Item& item) {
    return (!eligible || has(*eligible, item)) && (!exclude || !has(*exclude, item));
}

/// Whether `item` is in the eligible list of `options`, if present, and not in the exclude list.
bool passes_lists(const Dict& options, std::string_view eligible_key, std::string_view exclude_key,
                  const Value& item) {
    const auto holds = [&item](const List& list) {
        return std::any_of(list.begin(), list.end(), [&item](const Value& entry) {
            return entry == item || (item.to_uint() && entry.to_uint() == item.to_uint());
        });
    };
    const List* eligible = options.find_list(eligible_key);
    const List* exclude = options.find_list(exclude_key);
    return (eligible == nullptr || holds(*eligible)) && (exclude == nullptr || !holds(*exclude));
}

}  // namespace

bool is_eligible(const Dict& options, const SessionInfo& receiver) {
    if (options.empty()) return true;
    return passes_lists(options, "eligible", "exclude", receiver.id) &&
           passes_lists(options, "eligible_authid", "exclude_authid", receiver.authid) &&
           passes_lists(options, "eligible_authrole", "exclude_authrole", receiver.authrole);
}

Eligibility::Eligibility(const Dict& options) {
    if (options.empty()) return;
    eligible_ = read_ids(options, "eligible");
    exclude_ = read_ids(options, "exclude");
    eligible_authid_ = read_texts(options, "eligible_authid");
    exclude_authid_ = read_texts(options, "exclude_authid");
    eligible_authrole_ = read_texts(options, "eligible_authrole");
    exclude_authrole_ = read_texts(options, "exclude_authrole");
    rkey_ = options.find_text("rkey");
    if (rkey_) is_open_ = false;
}

Eligibility::Ids Eligibility::read_ids(const Dict& options, std::string_view key) {
    const List* list = options.find_list(key);
    if (list == nullptr) return std::nullopt;
    is_open_ = false;
    std::vector<SessionId> ids;
    ids.reserve(list->size());
    for (const Value& value : *list) {
        if (const auto id = value.to_uint()) ids.emplace_back(*id);
    }
    sort_unique(ids);
    return ids;
}

Eligibility::Texts Eligibility::read_texts(const Dict& options, std::string_view key) {
    const List* list = options.find_list(key);
    if (list == nullptr) return std::nullopt;
    is_open_ = false;
    std::vector<std::string_view> texts;
    texts.reserve(list->size());
    for (const Value& value : *list) {
        if (const auto* text = value.get_if<std::string>()) texts.emplace_back(*text);
    }
    sort_unique(texts);
    return texts;
}

bool Eligibility::admits(const SessionInfo& receiver) const {
    return passes(eligible_, exclude_, receiver.id) &&
           passes(eligible_authid_, exclude_authid_, std::string_view(receiver.authid)) &&
           passes(eligible_authrole_, exclude_authrole_, std::string_view(receiver.authrole));
}

}  // namespace kreisel
