#include "common/wamp/value.hpp"

#include <algorithm>
#include <cmath>

namespace kreisel {

namespace {

constexpr double exact_integer_max = 9007199254740992.0;  // 2^53

}  // namespace

std::optional<std::uint64_t> Value::to_uint() const {
    if (const auto* number = get_if<std::int64_t>()) {
        if (*number < 0) return std::nullopt;
        return static_cast<std::uint64_t>(*number);
    }
    if (const auto* number = get_if<std::uint64_t>()) return *number;
    if (const auto* number = get_if<double>()) {
        if (*number < 0 || *number > exact_integer_max) return std::nullopt;
        if (std::floor(*number) != *number) return std::nullopt;
        return static_cast<std::uint64_t>(*number);
    }
    return std::nullopt;
}

std::optional<std::int64_t> Value::to_int() const {
    if (const auto* number = get_if<std::int64_t>()) return *number;
    if (const auto* number = get_if<double>()) {
        if (std::abs(*number) > exact_integer_max) return std::nullopt;
        if (std::floor(*number) != *number) return std::nullopt;
        return static_cast<std::int64_t>(*number);
    }
    return std::nullopt;
}

Dict::Dict(std::initializer_list<DictEntry> entries) : entries_(entries) {}

void Dict::reserve(std::size_t count) { entries_.reserve(count); }

const Value* Dict::find(std::string_view key) const {
    for (const auto& [name, value] : entries_) {
        if (name == key) return value.is_null() ? nullptr : &value;
    }
    return nullptr;
}

bool Dict::has(std::string_view key) const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [key](const DictEntry& entry) { return entry.key == key; });
}

bool Dict::is_true(std::string_view key) const {
    const Value* value = find(key);
    if (value == nullptr) return false;
    const bool* flag = value->get_if<bool>();
    return flag != nullptr && *flag;
}

std::optional<std::string_view> Dict::find_text(std::string_view key) const {
    const Value* value = find(key);
    if (value == nullptr) return std::nullopt;
    const auto* text = value->get_if<std::string>();
    if (text == nullptr) return std::nullopt;
    return *text;
}

std::optional<std::uint64_t> Dict::find_uint(std::string_view key) const {
    const Value* value = find(key);
    return value == nullptr ? std::nullopt : value->to_uint();
}

const Dict* Dict::find_dict(std::string_view key) const {
    const Value* value = find(key);
    return value == nullptr ? nullptr : value->get_if<Dict>();
}

const List* Dict::find_list(std::string_view key) const {
    const Value* value = find(key);
    return value == nullptr ? nullptr : value->get_if<List>();
}

void Dict::set(std::string key, Value value) {
    for (auto& [name, old] : entries_) {
        if (name == key) {
            old = std::move(value);
            return;
        }
    }
    append(std::move(key), std::move(value));
}

void Dict::append(std::string key, Value value) {
    entries_.push_back({std::move(key), std::move(value)});
}

void Dict::erase(std::string_view key) {
    std::erase_if(entries_, [key](const DictEntry& entry) { return entry.key == key; });
}

bool Dict::operator==(const Dict& other) const {
    if (size() != other.size()) return false;
    return std::all_of(entries_.begin(), entries_.end(), [&other](const DictEntry& entry) {
        return std::find(other.begin(), other.end(), entry) != other.end();
    });
}

}  // namespace kreisel
