#pragma once
// The users file of a realm: a YAML list with the same keys as `users:` of realms.yaml. Apart from
// it, so that programs may write it (`kreisel user`), and so that it is taken over whenever it
// changes. Start-up, reload and control thread only.
//
// Some secrets in it are as good as passwords (ticket, wampcra), so nobody but owner and group may
// read it: anything else is an error.

#include "router/config/config.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

inline constexpr std::size_t users_file_bytes_max = std::size_t{1} << 20;

using UserMap = std::map<std::string, UserCredentials, std::less<>>;
using UsersResult = tl::expected<UserMap, std::vector<ConfigError>>;

/// `text` as users, whatever realm they belong to; `file` names it in errors.
[[nodiscard]] UsersResult parse_users(std::string_view text, const std::string& file);

/// The file that `realm` names; its users must have roles of the realm and not stand in realms.yaml
/// already.
[[nodiscard]] UsersResult load_users_file(const RealmConfig& realm);

/// Files that realms name and that count as soon as they change: users and keys of tokens.
[[nodiscard]] std::vector<std::string> watched_files(const RouterConfig& config);
/// Reads these files again; all else stays as it is.
[[nodiscard]] ConfigResult reread_files(RouterConfig config);

}  // namespace kreisel
