// A row becomes the YAML tree that would say the same, so that one table reads both.

#include "router/config/user_row.hpp"

#include "common/auth/password.hpp"
#include "router/config/reader.hpp"
#include "router/config/schema.hpp"
#include "router/config/yaml_print.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace kreisel {

namespace {

constexpr std::array<std::string_view, 3> maps = {"wampcra", "scram", "tls"};

struct Place {
    std::string map;  ///< empty: the user itself
    std::string key;
};

Place place_of_column(const std::string& column) {
    for (const std::string_view map : maps) {
        const bool is_in = column.size() > map.size() + 1 && column.substr(0, map.size()) == map &&
                           (column[map.size()] == '_' || column[map.size()] == '.');
        if (is_in) return {std::string(map), column.substr(map.size() + 1)};
    }
    return {"", column};
}

/// What lists are separated by; empty: it is no list.
std::string_view separators_of(const Place& place) {
    if (place.key == "cryptosign" || place.key == "fingerprints") return " ,\t\r\n";
    if (place.map == "tls") return "\r\n";
    return "";
}

YamlNode value_of(const Place& place, const std::string& text) {
    const std::string_view separators = separators_of(place);
    if (separators.empty()) return yaml_scalar(text);
    YamlNode list;
    list.kind = YamlNode::Kind::list;
    std::size_t at = 0;
    while ((at = text.find_first_not_of(separators, at)) != std::string::npos) {
        const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
        list.items.push_back(yaml_scalar(text.substr(at, end - at)));
        at = end;
    }
    return list;
}

YamlNode& map_in(YamlNode& user, const std::string& name) {
    for (auto& entry : user.entries) {
        if (entry.key.text == name) return entry.value;
    }
    user.entries.push_back({yaml_scalar(name), yaml_map({})});
    return user.entries.back().value;
}

}  // namespace

tl::expected<UserOfRow, std::string> read_user_row(
    const std::vector<std::pair<std::string, std::string>>& row) {
    YamlNode user = yaml_map({});
    bool has_authid = false;
    for (const auto& [column, text] : row) {
        // Who has nothing there has no such method.
        if (text.empty()) continue;
        const Place place = place_of_column(column);
        has_authid = has_authid || column == "authid";
        YamlNode& target = place.map.empty() ? user : map_in(user, place.map);
        target.entries.push_back({yaml_scalar(place.key), value_of(place, text)});
    }
    if (!has_authid) user.entries.push_back({yaml_scalar("authid"), yaml_scalar("a user")});
    YamlNode list;
    list.kind = YamlNode::Kind::list;
    list.items.push_back(std::move(user));
    const RouterConfig defaults;
    Reader reader("", defaults);
    reader.has_literal_secrets = true;
    RealmConfig realm;
    static const Setting<RealmConfig> users = users_setting();
    users.read(reader, list, realm);
    const auto errors = reader.take_errors();
    if (!errors.empty()) {
        const std::string& key = errors.front().key;
        const auto dot = key.find('.');
        return tl::unexpected((dot == std::string::npos ? "" : key.substr(dot + 1) + ": ") +
                              errors.front().text);
    }
    if (realm.users.empty()) return tl::unexpected(std::string("is no user"));
    auto& [authid, credentials] = *realm.users.begin();
    return UserOfRow{has_authid ? authid : std::string(), std::move(credentials)};
}

UserCredentials model_of_columns(const std::vector<std::string>& columns) {
    const auto has = [&columns](std::string_view name) {
        return std::any_of(columns.begin(), columns.end(), [name](const std::string& column) {
            const Place place = place_of_column(column);
            return (place.map.empty() ? place.key : place.map + "_" + place.key) == name;
        });
    };
    UserCredentials model;
    if (has("ticket_hash")) {
        model.ticket_hash = to_text(PasswordHash{{}, std::string(16, '\0'), std::string(32, '\0')});
    } else if (has("ticket")) {
        model.ticket = "";
    }
    if (has("wampcra_secret")) {
        model.wampcra = UserCredentials::WampCra{};
        if (has("wampcra_salt")) model.wampcra->salt = std::string(22, 'A') + "==";
    }
    if (has("scram_stored_key")) {
        model.scram.emplace();
        model.scram->parameters.salt = std::string(16, '\0');
    }
    return model;
}

}  // namespace kreisel
