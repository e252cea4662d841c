// Users files: read by the same table as `users:`.

#include "router/config/users_file.hpp"

#include "common/base/file_stamp.hpp"
#include "router/config/files.hpp"
#include "router/config/jwt_keys.hpp"
#include "router/config/reader.hpp"
#include "router/config/schema.hpp"

#include <algorithm>

namespace kreisel {

namespace {

std::vector<ConfigError> one_error(const std::string& file, std::string text) {
    return {{file, 0, 0, "", std::move(text)}};
}

/// Reads all of `text` into `realm.users`; `realm.roles`, if there are any, must have their roles.
std::vector<ConfigError> read_users(std::string_view text, const std::string& file,
                                    RealmConfig& realm) {
    const YamlResult yaml = parse_yaml(text);
    if (yaml.error) {
        return {{file, yaml.error->line, yaml.error->column, "", yaml.error->text}};
    }
    if (yaml.root.kind == YamlNode::Kind::null) return {};
    const RouterConfig defaults;
    Reader reader(file, defaults);
    users_setting().read(reader, yaml.root, realm);
    if (!realm.roles.empty()) {
        std::vector<std::string> names;
        for (const RoleConfig& role : realm.roles) names.push_back(role.name);
        reader.judge_role_uses(names);
    }
    return reader.take_errors();
}

}  // namespace

UsersResult parse_users(std::string_view text, const std::string& file) {
    RealmConfig realm;
    auto errors = read_users(text, file, realm);
    if (!errors.empty()) return tl::unexpected(std::move(errors));
    return std::move(realm.users);
}

UsersResult load_users_file(const RealmConfig& realm) {
    const std::string& path = realm.users_file;
    const auto text = read_whole(path, users_file_bytes_max);
    if (!text) return tl::unexpected(one_error(path, text.error()));
    if (FileStamp::of(path).is_open_to_others()) {
        return tl::unexpected(
            one_error(path,
                      "others may read or write it, and what stands in it is as good as passwords; "
                      "chmod 600 or 640"));
    }
    RealmConfig scratch;
    scratch.roles = realm.roles;
    auto errors = read_users(*text, path, scratch);
    for (const auto& [authid, credentials] : scratch.users) {
        if (realm.users.count(authid) == 0) continue;
        errors.push_back(
            {path, 0, 0, "", "user '" + authid + "' stands in realms.yaml, too; keep one"});
    }
    if (!errors.empty()) return tl::unexpected(std::move(errors));
    return std::move(scratch.users);
}

std::vector<std::string> watched_files(const RouterConfig& config) {
    std::vector<std::string> paths;
    for (const RealmConfig& realm : config.realms) {
        if (!realm.users_file.empty()) paths.push_back(realm.users_file);
        if (!realm.jwt) continue;
        if (!realm.jwt->public_key.empty()) paths.push_back(realm.jwt->public_key);
        if (!realm.jwt->jwks.empty()) paths.push_back(realm.jwt->jwks);
    }
    return paths;
}

ConfigResult reread_files(RouterConfig config) {
    std::vector<ConfigError> errors;
    for (RealmConfig& realm : config.realms) {
        if (!realm.users_file.empty()) {
            auto users = load_users_file(realm);
            if (users) realm.file_users = std::move(*users);
            if (!users) errors.insert(errors.end(), users.error().begin(), users.error().end());
        }
        if (!realm.jwt) continue;
        for (const JwtKeyFault& fault : load_jwt_keys(*realm.jwt)) {
            errors.push_back(
                {"realm " + realm.name, 0, 0, "authentication.jwt." + fault.setting, fault.text});
        }
    }
    if (!errors.empty()) return tl::unexpected(std::move(errors));
    return config;
}

}  // namespace kreisel
