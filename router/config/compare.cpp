// What a reload changes: both configurations told as flat lists of path and value, and the
// difference of the two.

#include "router/config/compare_users.hpp"
#include "router/config/schema.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace kreisel {

namespace {

struct Fact {
    std::string value;
    bool is_secret = false;
};
/// By path: `realms[realm1].roles[frontend].permissions[com.app. prefix].allow`.
using Facts = std::map<std::string, Fact>;

/// Names list items by what their first key says.
class Flattener final : public Visitor {
  public:
    [[nodiscard]] Facts take() { return std::move(facts_); }

    void on_value(std::string_view key, const std::string& value, bool, Secret secret) override {
        if (is_name_due_) {
            std::string name = scopes_.back() + "[" + value + "]";
            // Rules of one URI differ by their match policy only.
            for (int i = 2; !seen_.insert(name).second; ++i) {
                name = scopes_.back() + "[" + value + " #" + std::to_string(i) + "]";
            }
            scopes_.push_back(std::move(name));
            is_name_due_ = false;
        }
        facts_[join_path(scopes_.back(), key)] = {value, secret == Secret::yes};
    }
    void on_section_begin(std::string_view key) override {
        scopes_.push_back(join_path(scopes_.back(), key));
    }
    void on_section_end() override { scopes_.pop_back(); }
    void on_list_begin(std::string_view key, std::size_t) override {
        scopes_.push_back(join_path(scopes_.back(), key));
    }
    void on_item_begin() override { is_name_due_ = true; }
    void on_item_end() override { scopes_.pop_back(); }
    void on_list_end() override { scopes_.pop_back(); }

  private:
    Facts facts_;
    std::vector<std::string> scopes_ = {""};
    std::set<std::string> seen_;
    bool is_name_due_ = false;
};

Facts facts_of(const RouterConfig& config) {
    Flattener flattener;
    const RouterConfig defaults;
    tell_table(router_table(), config, &defaults, flattener);
    return flattener.take();
}

std::string shown(const Fact& fact) {
    if (fact.is_secret) return "***";
    return fact.value.empty() ? "not set" : fact.value;
}

/// Paths that differ, with the words for each.
std::map<std::string, std::string> differences(const Facts& before, const Facts& after) {
    std::map<std::string, std::string> words;
    for (const auto& [path, old] : before) {
        const auto now = after.find(path);
        if (now == after.end()) {
            if (!old.value.empty()) words[path] = path + ": " + shown(old) + " -> removed";
        } else if (now->second.value != old.value) {
            words[path] = now->second.is_secret && old.is_secret
                              ? path + ": changed"
                              : path + ": " + shown(old) + " -> " + shown(now->second);
        }
    }
    for (const auto& [path, now] : after) {
        if (before.find(path) == before.end() && !now.value.empty())
            words[path] = path + ": added, " + shown(now);
    }
    return words;
}

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

/// Names that are in one list, the other, or both with differences below `[name].`.
struct Names {
    std::vector<std::string> added;
    std::vector<std::string> removed;
    std::vector<std::string> kept;
};
Names compare_names(const std::vector<std::string>& before, const std::vector<std::string>& after) {
    Names names;
    const auto has = [](const std::vector<std::string>& list, const std::string& name) {
        return std::find(list.begin(), list.end(), name) != list.end();
    };
    for (const std::string& name : before)
        (has(after, name) ? names.kept : names.removed).push_back(name);
    for (const std::string& name : after) {
        if (!has(before, name)) names.added.push_back(name);
    }
    return names;
}

std::vector<std::string> realm_names(const RouterConfig& config) {
    std::vector<std::string> names;
    for (const RealmConfig& realm : config.realms) names.push_back(realm.name);
    return names;
}
const RealmConfig& realm_of(const RouterConfig& config, const std::string& name) {
    return *std::find_if(config.realms.begin(), config.realms.end(),
                         [&name](const RealmConfig& realm) { return realm.name == name; });
}
std::vector<std::string> listener_names(const RouterConfig& config) {
    std::vector<std::string> names;
    for (const ListenerConfig& listener : config.listeners) names.push_back(listener.address);
    return names;
}

/// Takes the differences of `kind[name]` out of `words`, one item at a time.
class Sorter {
  public:
    Sorter(std::map<std::string, std::string>& words, std::vector<std::string>& out)
        : words_(words), out_(out) {}

    /// Drops the lines of an item that came or went, and says so in one.
    void whole(const std::string& kind, const std::string& name, const std::string& what) {
        out_.push_back(what + " " + name);
        const std::string scope = scope_of(kind, name);
        std::erase_if(words_, [&](const auto& entry) { return starts_with(entry.first, scope); });
    }
    /// Moves the lines of an item; the paths below the item that differ.
    std::vector<std::string> parts(const std::string& kind, const std::string& name) {
        const std::string scope = scope_of(kind, name);
        std::vector<std::string> paths;
        for (auto entry = words_.begin(); entry != words_.end();) {
            if (!starts_with(entry->first, scope)) {
                ++entry;
                continue;
            }
            paths.push_back(entry->first.substr(scope.size()));
            out_.push_back(std::move(entry->second));
            entry = words_.erase(entry);
        }
        return paths;
    }

  private:
    static std::string scope_of(const std::string& kind, const std::string& name) {
        return kind + "[" + show_text(name) + "].";
    }

    std::map<std::string, std::string>& words_;
    std::vector<std::string>& out_;
};

}  // namespace

ConfigChanges compare(const RouterConfig& before, const RouterConfig& after) {
    ConfigChanges changes;
    auto words = differences(facts_of(before), facts_of(after));
    Sorter sorter(words, changes.words);

    const Names listeners = compare_names(listener_names(before), listener_names(after));
    changes.listeners_added = listeners.added;
    changes.listeners_removed = listeners.removed;
    for (const auto& name : listeners.removed) sorter.whole("listeners", name, "listener removed:");
    for (const auto& name : listeners.added) sorter.whole("listeners", name, "listener added:");
    for (const auto& name : listeners.kept) {
        const std::vector<std::string> paths = sorter.parts("listeners", name);
        if (paths.empty()) continue;
        const bool is_limit_only = std::all_of(paths.begin(), paths.end(), [](const auto& path) {
            return starts_with(path, "limits.") || starts_with(path, "keep_alive.");
        });
        (is_limit_only ? changes.listeners_relimited : changes.listeners_changed).push_back(name);
    }

    const Names realms = compare_names(realm_names(before), realm_names(after));
    changes.realms_added = realms.added;
    changes.realms_removed = realms.removed;
    for (const auto& name : realms.removed) sorter.whole("realms", name, "realm removed:");
    for (const auto& name : realms.added) sorter.whole("realms", name, "realm added:");
    for (const auto& name : realms.kept) {
        const auto files = compare_files(realm_of(before, name), realm_of(after, name));
        const bool is_changed = !sorter.parts("realms", name).empty() || !files.empty();
        if (is_changed) changes.realms_changed.push_back(name);
        changes.words.insert(changes.words.end(), files.begin(), files.end());
    }

    for (const char* setting :
         {"shards", "storage", "password_checks.threads", "password_checks.waiting_max",
          "password_checks.remembered_for", "admin.address"}) {
        if (words.count(setting) != 0) changes.restart_needed.emplace_back(setting);
    }
    changes.is_router_changed = words.size() > changes.restart_needed.size();
    for (auto& [path, text] : words) changes.words.push_back(std::move(text));
    return changes;
}

}  // namespace kreisel
