#pragma once
// Table<T>: the settings of one struct T. One row is key, type, documentation, reading and telling,
// so that validation, hints, `config --effective` and the test of the documentation share one
// source.
//
// Start-up and reload only.

#include "router/config/reader.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kreisel {

enum class Presence : std::uint8_t { optional, required };

/// One row as the documentation knows it.
struct KeyInfo {
    std::string path;  ///< `listeners[].limits.message_bytes_max`
    std::string type;
    std::string default_text;  ///< `required`; empty: not set
};

template <class T>
struct Setting {
    std::string key;
    std::string type;
    Presence presence = Presence::optional;
    std::function<void(Reader&, const YamlNode&, T&)> read;
    /// Tells the value; the second T holds the defaults, if a value can be one.
    std::function<void(const T&, const T*, Visitor&)> tell;
    /// Default as text, and rows below: appends to the list.
    std::function<void(const std::string& path, std::vector<KeyInfo>&)> list;
};

template <class T>
using Table = std::vector<Setting<T>>;

inline std::string join_path(const std::string& path, std::string_view key) {
    return path.empty() ? std::string(key) : path + "." + std::string(key);
}

/// Reads the map `node`: unknown, duplicate and missing keys are errors. Keys are taken in the
/// order of the table, so that later rows may build on earlier ones.
template <class T>
void read_table(Reader& reader, const YamlNode& node, const Table<T>& table, T& object) {
    if (node.kind != YamlNode::Kind::map && node.kind != YamlNode::Kind::null) {
        reader.fail(node, "is no map; write `key: value` lines below it");
        return;
    }
    std::vector<std::string> names;
    for (const auto& setting : table) names.push_back(setting.key);
    for (std::size_t i = 0; i < node.entries.size(); ++i) {
        const YamlNode& key = node.entries[i].key;
        const Reader::Step step(reader, key.text);
        const bool is_repeated =
            std::any_of(node.entries.begin(), node.entries.begin() + static_cast<std::ptrdiff_t>(i),
                        [&](const auto& earlier) { return earlier.key.text == key.text; });
        if (is_repeated) {
            reader.fail(key, "stands here a second time; keep one of them");
        } else if (std::find(names.begin(), names.end(), key.text) == names.end()) {
            reader.fail(key, "unknown key '" + key.text + "'" + Reader::hint(key.text, names));
        }
    }
    for (const auto& setting : table) {
        const auto entry = std::find_if(node.entries.begin(), node.entries.end(),
                                        [&](const auto& e) { return e.key.text == setting.key; });
        if (entry != node.entries.end()) {
            const Reader::Step step(reader, setting.key);
            setting.read(reader, entry->value, object);
        } else if (setting.presence == Presence::required) {
            reader.fail(node, "the key '" + setting.key + "' is missing");
        }
    }
}

template <class T>
void tell_table(const Table<T>& table, const T& object, const T* defaults, Visitor& visitor) {
    for (const auto& setting : table) setting.tell(object, defaults, visitor);
}

template <class T>
void list_table(const Table<T>& table, const std::string& path, std::vector<KeyInfo>& keys) {
    for (const auto& setting : table) setting.list(join_path(path, setting.key), keys);
}

/// A setting of one YAML scalar. `parse` gives nothing for what is none of `type`; then the error
/// says to write `type`.
template <class T, class Parse, class Show>
Setting<T> scalar(const std::string& key, std::string type, Parse parse, Show show) {
    Setting<T> setting;
    setting.key = key;
    setting.type = type;
    setting.read = [type, parse](Reader& reader, const YamlNode& node, T& object) {
        const std::string* text = reader.read_scalar(node, type);
        if (text != nullptr && !parse(reader, node, *text, object)) {
            reader.fail(node, "'" + *text + "' is not valid; write " + type);
        }
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

/// A map below `key` whose settings belong to the same object.
template <class T>
Setting<T> section(const std::string& key, Table<T> rows) {
    const auto table = std::make_shared<const Table<T>>(std::move(rows));
    Setting<T> setting;
    setting.key = key;
    setting.type = "map";
    setting.read = [table](Reader& reader, const YamlNode& node, T& object) {
        read_table(reader, node, *table, object);
    };
    setting.tell = [table, key](const T& object, const T* defaults, Visitor& visitor) {
        visitor.on_section_begin(key);
        tell_table(*table, object, defaults, visitor);
        visitor.on_section_end();
    };
    setting.list = [table](const std::string& path, std::vector<KeyInfo>& keys) {
        keys.push_back({path, "map", ""});
        list_table(*table, path, keys);
    };
    return setting;
}

/// A section that may be left out. `judge` sees what was read once its rows have no fault; it may
/// fill in what follows from them.
template <class T, class Part, class Judge>
Setting<T> optional_section(const std::string& key, Table<Part> rows,
                            std::optional<Part> T::*member, Judge judge) {
    const auto table = std::make_shared<const Table<Part>>(std::move(rows));
    Setting<T> setting;
    setting.key = key;
    setting.type = "map";
    setting.read = [=](Reader& reader, const YamlNode& node, T& object) {
        Part part;
        const std::size_t errors_before = reader.error_count();
        read_table(reader, node, *table, part);
        if (reader.error_count() == errors_before) judge(reader, node, part);
        object.*member = std::move(part);
    };
    setting.tell = [=](const T& object, const T*, Visitor& visitor) {
        if (!(object.*member)) return;
        visitor.on_section_begin(key);
        const Part defaults;
        tell_table(*table, *(object.*member), &defaults, visitor);
        visitor.on_section_end();
    };
    setting.list = [table](const std::string& path, std::vector<KeyInfo>& keys) {
        keys.push_back({path, "map", ""});
        list_table(*table, path, keys);
    };
    return setting;
}

/// The rows of a member's table as rows of the struct that holds it.
template <class T, class Member>
Table<T> lifted(const Table<Member>& rows, Member T::*member) {
    Table<T> result;
    for (const auto& row : rows) {
        Setting<T> setting;
        setting.key = row.key;
        setting.type = row.type;
        setting.presence = row.presence;
        setting.read = [row, member](Reader& reader, const YamlNode& node, T& object) {
            row.read(reader, node, object.*member);
        };
        setting.tell = [row, member](const T& object, const T* defaults, Visitor& visitor) {
            row.tell(object.*member, defaults == nullptr ? nullptr : &(defaults->*member), visitor);
        };
        setting.list = row.list;
        result.push_back(std::move(setting));
    }
    return result;
}

template <class T>
Table<T> joined(Table<T> first, Table<T> second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// Whether an item with errors is still judged as a whole, for what else is wrong with it.
enum class Broken : std::uint8_t { skipped, judged };

/// How a list of maps is read into T and told from it.
template <class T, class Item>
struct ListAccess {
    std::function<Item(Reader&)> make;
    std::function<std::vector<Item>(const T&)> get;
    /// Judges and keeps what was read; `node` is the item's map.
    std::function<void(Reader&, const YamlNode& node, T&, Item)> add;
    /// What must differ between items, if anything.
    std::function<std::string(const Item&)> name;
    /// The first key of an item, which names it.
    std::string name_key;
    Broken broken = Broken::judged;
};

/// The value of `key` in the map `node`, or `node` itself: where an error points to.
[[nodiscard]] inline const YamlNode& place_of(const YamlNode& node, std::string_view key) {
    for (const auto& entry : node.entries) {
        if (entry.key.text == key) return entry.value;
    }
    return node;
}

template <class T, class Item>
Setting<T> list_of(const std::string& key, Table<Item> rows, ListAccess<T, Item> access) {
    const auto table = std::make_shared<const Table<Item>>(std::move(rows));
    Setting<T> setting;
    setting.key = key;
    setting.type = "list";
    setting.read = [table, access](Reader& reader, const YamlNode& node, T& object) {
        if (node.kind != YamlNode::Kind::list) {
            reader.fail(node, "is no list; begin each item with `- " + access.name_key + ": ...`");
            return;
        }
        std::vector<std::string> names;
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            const Reader::Step step(reader, i);
            Item item = access.make(reader);
            const std::size_t errors_before = reader.error_count();
            read_table(reader, node.items[i], *table, item);
            const YamlNode& place = place_of(node.items[i], access.name_key);
            if (access.name && &place != &node.items[i]) {
                const std::string name = access.name(item);
                if (std::find(names.begin(), names.end(), name) != names.end()) {
                    const Reader::Step name_step(reader, access.name_key);
                    reader.fail(place, "'" + name + "' stands here a second time");
                }
                names.push_back(name);
            }
            const bool is_judged =
                access.broken == Broken::judged && place.kind == YamlNode::Kind::scalar;
            if (is_judged || reader.error_count() == errors_before) {
                access.add(reader, node.items[i], object, std::move(item));
            }
        }
    };
    setting.tell = [table, access, key](const T& object, const T*, Visitor& visitor) {
        const std::vector<Item> items = access.get(object);
        const Item defaults{};
        visitor.on_list_begin(key, items.size());
        for (const Item& item : items) {
            visitor.on_item_begin();
            tell_table(*table, item, &defaults, visitor);
            visitor.on_item_end();
        }
        visitor.on_list_end();
    };
    setting.list = [table](const std::string& path, std::vector<KeyInfo>& keys) {
        keys.push_back({path, "list", ""});
        list_table(*table, path + "[]", keys);
    };
    return setting;
}

template <class T>
Setting<T> required(Setting<T> setting) {
    setting.presence = Presence::required;
    setting.tell = [tell = setting.tell](const T& object, const T*, Visitor& visitor) {
        tell(object, nullptr, visitor);
    };
    setting.list = [list = setting.list](const std::string& path, std::vector<KeyInfo>& keys) {
        const std::size_t at = keys.size();
        list(path, keys);
        keys[at].default_text = "required";
    };
    return setting;
}

}  // namespace kreisel
