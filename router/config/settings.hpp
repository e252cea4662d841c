#pragma once
// Rows for a Table by the kind of their value: booleans, counts, sizes, durations, choices, texts,
// lists of words, secrets.

#include "router/config/scalars.hpp"
#include "router/config/table.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kreisel {

/// What somebody can do with a secret who reads it: log in, or try passwords.
enum class SecretKind : std::uint8_t { password, hash };

/// The secret that `text` stands for: the value of `${NAME}`, the content of `file:PATH`, or the
/// text itself. Reports an error and gives nothing if there is none.
[[nodiscard]] std::optional<std::string> read_secret(Reader& reader, const YamlNode& node,
                                                     const std::string& text,
                                                     SecretKind kind = SecretKind::password);

/// A setting that is shown to nobody. `take` keeps it; `find` gives it, or nothing if it is not
/// set.
template <class T>
Setting<T> secret(const std::string& key, std::function<void(T&, std::string)> take,
                  std::function<std::optional<std::string>(const T&)> find,
                  SecretKind kind = SecretKind::password) {
    constexpr auto type = "a text, ${VARIABLE} or file:PATH";
    Setting<T> setting;
    setting.key = key;
    setting.type = type;
    setting.read = [take, kind](Reader& reader, const YamlNode& node, T& object) {
        const std::string* text = reader.read_scalar(node, type);
        if (text == nullptr) return;
        if (auto value = read_secret(reader, node, *text, kind)) take(object, *std::move(value));
    };
    setting.tell = [key, find](const T& object, const T*, Visitor& visitor) {
        const std::optional<std::string> value = find(object);
        visitor.on_value(key, value.value_or(""), false,
                         value ? Visitor::Secret::yes : Visitor::Secret::no);
    };
    setting.list = [](const std::string& path, std::vector<KeyInfo>& keys) {
        keys.push_back({path, type, ""});
    };
    return setting;
}

template <class T>
Setting<T> boolean(std::string key, bool T::*member) {
    return scalar<T>(
        std::move(key), "true or false",
        [member](Reader&, const YamlNode&, const std::string& text, T& object) {
            const auto value = parse_bool(text);
            if (value) object.*member = *value;
            return value.has_value();
        },
        [member](const T& object) { return std::string(object.*member ? "true" : "false"); });
}

/// A number that `parse` reads and `show` writes, within [low, high].
template <class T, class Number, class Parse, class Show>
Setting<T> ranged(std::string key, const std::string& what, Number T::*member, Number low,
                  Number high, Parse parse, Show show) {
    return scalar<T>(
        std::move(key), what + " from " + show(low) + " to " + show(high),
        [=](Reader&, const YamlNode&, const std::string& text, T& object) {
            const auto value = parse(text);
            if (!value || *value < low || *value > high) return false;
            object.*member = static_cast<Number>(*value);
            return true;
        },
        [=](const T& object) { return show(object.*member); });
}

template <class T, class Number>
Setting<T> count(std::string key, Number T::*member, Number low, Number high) {
    return ranged(std::move(key), "a number", member, low, high, parse_count,
                  [](Number number) { return std::to_string(number); });
}
template <class T>
Setting<T> size(std::string key, std::uint64_t T::*member, std::uint64_t low, std::uint64_t high) {
    return ranged(std::move(key), "a size like 64KiB,", member, low, high, parse_size, show_size);
}
template <class T>
Setting<T> duration(std::string key, Duration T::*member, Duration low, Duration high) {
    return ranged(std::move(key), "a duration like 30s,", member, low, high, parse_duration,
                  show_duration);
}

/// The same for a number that may be left out, and then is somebody else's.
template <class T, class Number, class Parse, class Show>
Setting<T> optional_ranged(std::string key, const std::string& what,
                           std::optional<Number> T::*member, Number low, Number high, Parse parse,
                           Show show) {
    return scalar<T>(
        std::move(key), what + " from " + show(low) + " to " + show(high),
        [=](Reader&, const YamlNode&, const std::string& text, T& object) {
            const auto value = parse(text);
            if (!value || *value < low || *value > high) return false;
            object.*member = static_cast<Number>(*value);
            return true;
        },
        [=](const T& object) { return object.*member ? show(*(object.*member)) : std::string(); });
}
template <class T>
Setting<T> optional_count(std::string key, std::optional<std::uint32_t> T::*member,
                          std::uint32_t low, std::uint32_t high) {
    return optional_ranged(std::move(key), "a number", member, low, high, parse_count,
                           [](std::uint32_t number) { return std::to_string(number); });
}
template <class T>
Setting<T> optional_size(std::string key, std::optional<std::uint64_t> T::*member,
                         std::uint64_t low, std::uint64_t high) {
    return optional_ranged(std::move(key), "a size like 64KiB,", member, low, high, parse_size,
                           show_size);
}
template <class T>
Setting<T> optional_duration(std::string key, std::optional<Duration> T::*member, Duration low,
                             Duration high) {
    return optional_ranged(std::move(key), "a duration like 30s,", member, low, high,
                           parse_duration, show_duration);
}

/// Words and the values they stand for.
template <class Choice>
using Choices = std::vector<std::pair<std::string, Choice>>;

template <class Choice>
[[nodiscard]] std::vector<std::string> names_of(const Choices<Choice>& choices) {
    std::vector<std::string> names;
    for (const auto& choice : choices) names.push_back(choice.first);
    return names;
}
template <class Choice>
[[nodiscard]] std::string type_of_choices(const Choices<Choice>& choices) {
    std::string type;
    for (const auto& choice : choices) type += (type.empty() ? "" : " or ") + choice.first;
    return type;
}
/// The value of `word`; else an error with the nearest word, and nothing.
template <class Choice>
[[nodiscard]] std::optional<Choice> read_choice(Reader& reader, const YamlNode& node,
                                                const Choices<Choice>& choices) {
    const std::string* word = reader.read_scalar(node, type_of_choices(choices));
    if (word == nullptr) return std::nullopt;
    for (const auto& [name, value] : choices) {
        if (name == *word) return value;
    }
    reader.fail(node, "unknown value '" + *word + "'" + Reader::hint(*word, names_of(choices)));
    return std::nullopt;
}
template <class Choice>
[[nodiscard]] std::string show_choice(const Choices<Choice>& choices, Choice value) {
    for (const auto& [name, candidate] : choices) {
        if (candidate == value) return name;
    }
    return "";
}

/// One of a few words.
template <class T, class Choice>
Setting<T> choice(std::string key, Choice T::*member, const Choices<Choice>& choices) {
    return scalar<T>(
        std::move(key), type_of_choices(choices),
        [=](Reader& reader, const YamlNode& node, const std::string&, T& object) {
            if (const auto value = read_choice(reader, node, choices)) object.*member = *value;
            return true;
        },
        [=](const T& object) { return show_choice(choices, object.*member); });
}

/// A list of scalars, shown as `[a, b]`. `read_item` adds one to the object or reports why not.
template <class T, class Read, class Show>
Setting<T> words(const std::string& key, std::string type, Read read_item, Show show_items,
                 std::function<void(T&)> clear) {
    Setting<T> setting;
    setting.key = key;
    setting.type = type;
    setting.read = [=](Reader& reader, const YamlNode& node, T& object) {
        if (node.kind != YamlNode::Kind::list) {
            reader.fail(node, "is no list; write [...] with " + type);
            return;
        }
        clear(object);
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            const Reader::Step step(reader, i);
            read_item(reader, node.items[i], object);
        }
    };
    const auto show = [show_items](const T& object) {
        std::string shown;
        for (const std::string& item : show_items(object)) {
            shown += (shown.empty() ? "" : ", ") + show_text(item);
        }
        return "[" + shown + "]";
    };
    setting.tell = [key, show](const T& object, const T* defaults, Visitor& visitor) {
        const std::string value = show(object);
        const bool is_default = defaults != nullptr && value == show(*defaults);
        visitor.on_value(key, value, is_default, Visitor::Secret::no);
    };
    setting.list = [type, show](const std::string& path, std::vector<KeyInfo>& keys) {
        keys.push_back({path, type, show(T{})});
    };
    return setting;
}

/// Any text that is not empty.
template <class T>
Setting<T> text(std::string key, std::string type, std::string T::*member) {
    return scalar<T>(
        std::move(key), std::move(type),
        [member](Reader&, const YamlNode&, const std::string& value, T& object) {
            object.*member = value;
            return !value.empty();
        },
        [member](const T& object) {
            return (object.*member).empty() ? std::string() : show_text(object.*member);
        });
}

}  // namespace kreisel
