#include "tests/scenario/lib/pattern.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace kreisel::scenario {

namespace {

List instantiate_list(const Pattern& pattern, const Bindings& bindings) {
    List list;
    for (const Pattern& element : pattern.elements) list.push_back(instantiate(element, bindings));
    return list;
}

bool list_fits(const Pattern& pattern, const List& list, Bindings& bindings) {
    const std::size_t count = pattern.elements.size();
    if (list.size() < count || (list.size() > count && !pattern.is_open)) return false;
    for (std::size_t i = 0; i < count; ++i) {
        if (!fits(pattern.elements[i], list[i], bindings)) return false;
    }
    return true;
}

bool dict_fits(const Pattern& pattern, const Dict& dict, Bindings& bindings) {
    if (dict.size() > pattern.keys.size() && !pattern.is_open) return false;
    for (std::size_t i = 0; i < pattern.keys.size(); ++i) {
        const auto found = std::find_if(dict.begin(), dict.end(), [&](const DictEntry& entry) {
            return entry.key == pattern.keys[i];
        });
        if (found == dict.end()) return false;
        if (!fits(pattern.elements[i], found->value, bindings)) return false;
    }
    return true;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        if (static_cast<unsigned char>(c) < 0x20) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
            out += escape.data();
        } else {
            out.push_back(c);
        }
    }
    return out + "\"";
}

std::string real_text(double real) {
    std::array<char, 40> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.17g", real);
    std::string text = buffer.data();
    if (text.find_first_of(".en") == std::string::npos) text += ".0";
    return text;
}

std::string hex_text(const Blob& blob) {
    std::string text = "0x";
    for (const std::uint8_t octet : blob.bytes) {
        std::array<char, 4> buffer{};
        std::snprintf(buffer.data(), buffer.size(), "%02x", static_cast<unsigned>(octet));
        text += buffer.data();
    }
    return text;
}

}  // namespace

Value instantiate(const Pattern& pattern, const Bindings& bindings) {
    switch (pattern.kind) {
        case Pattern::Kind::value:
            return pattern.value;
        case Pattern::Kind::any:
            throw TextError("* cannot be sent");
        case Pattern::Kind::variable: {
            const auto found = bindings.find(pattern.name);
            if (found == bindings.end()) throw TextError("$" + pattern.name + " is not bound yet");
            return found->second;
        }
        case Pattern::Kind::list:
            if (pattern.is_open) throw TextError("... cannot be sent");
            return instantiate_list(pattern, bindings);
        case Pattern::Kind::dict: {
            if (pattern.is_open) throw TextError("... cannot be sent");
            Dict dict;
            for (std::size_t i = 0; i < pattern.keys.size(); ++i) {
                dict.append(pattern.keys[i], instantiate(pattern.elements[i], bindings));
            }
            return dict;
        }
    }
    return {};
}

bool fits(const Pattern& pattern, const Value& value, Bindings& bindings) {
    switch (pattern.kind) {
        case Pattern::Kind::value:
            return pattern.value == value;
        case Pattern::Kind::any:
            return true;
        case Pattern::Kind::variable:
            return bindings.try_emplace(pattern.name, value).first->second == value;
        case Pattern::Kind::list: {
            const auto* list = value.get_if<List>();
            return list != nullptr && list_fits(pattern, *list, bindings);
        }
        case Pattern::Kind::dict: {
            const auto* dict = value.get_if<Dict>();
            return dict != nullptr && dict_fits(pattern, *dict, bindings);
        }
    }
    return false;
}

std::string to_text(const Value& value) {
    if (const auto* flag = value.get_if<bool>()) return *flag ? "true" : "false";
    if (const auto* integer = value.get_if<std::int64_t>()) return std::to_string(*integer);
    if (const auto* large = value.get_if<std::uint64_t>()) return std::to_string(*large);
    if (const auto* real = value.get_if<double>()) return real_text(*real);
    if (const auto* text = value.get_if<std::string>()) return quoted(*text);
    if (const auto* blob = value.get_if<Blob>()) return hex_text(*blob);
    std::string out;
    if (const auto* list = value.get_if<List>()) {
        for (const Value& element : *list) out += (out.empty() ? "" : ",") + to_text(element);
        return "[" + out + "]";
    }
    if (const auto* dict = value.get_if<Dict>()) {
        for (const auto& [key, entry] : *dict) {
            out += (out.empty() ? "" : ",") + quoted(key) + ":" + to_text(entry);
        }
        return "{" + out + "}";
    }
    return "null";
}

}  // namespace kreisel::scenario
