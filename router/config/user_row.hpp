#pragma once
// Users as rows of a database: columns have the names of the settings of a user, `_` or `.` before
// what stands in a map (`wampcra_secret`, "scram.salt"). Lists are one text: keys and fingerprints
// apart by spaces or commas, subjects and names by line ends. Any thread.

#include "router/access/realm_access.hpp"

#include <tl/expected.hpp>

#include <string>
#include <utility>
#include <vector>

namespace kreisel {

struct UserOfRow {
    std::string authid;  ///< empty: there is no such column
    UserCredentials credentials;
};

/// Values are what they are: `file:` and `${}` mean nothing here. The error is one clause.
[[nodiscard]] tl::expected<UserOfRow, std::string> read_user_row(
    const std::vector<std::pair<std::string, std::string>>& row);

/// What users with these columns look like, before one has been seen.
[[nodiscard]] UserCredentials model_of_columns(const std::vector<std::string>& columns);

}  // namespace kreisel
