#pragma once
// UserStore: one connection to a database that knows users, by a query of the operator. Used by one
// thread; every call may block, but not for longer than the time it is given.

#include "router/config/config.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kreisel {

/// One row of the answer: columns that are not NULL, as text.
using UserRow = std::vector<std::pair<std::string, std::string>>;
inline constexpr std::size_t user_row_bytes_max = 65'536;

class UserStore {
  public:
    enum class By : std::uint8_t { authid, public_key };
    /// The error is one clause for the operator.
    template <class T>
    using Answer = tl::expected<T, std::string>;

    virtual ~UserStore() = default;
    /// Connects if need be, and prepares the queries.
    [[nodiscard]] virtual Answer<void> open() = 0;
    [[nodiscard]] virtual bool is_open() const = 0;
    /// After an error the store is closed; open() begins anew.
    [[nodiscard]] virtual Answer<std::optional<UserRow>> find(By by, const std::string& key) = 0;
    /// Columns of the query, once it is open.
    [[nodiscard]] virtual const std::vector<std::string>& columns() const = 0;
};

[[nodiscard]] std::unique_ptr<UserStore> make_sqlite_store(const UserStoreSettings& settings);
[[nodiscard]] std::unique_ptr<UserStore> make_postgresql_store(const UserStoreSettings& settings);
[[nodiscard]] std::unique_ptr<UserStore> make_user_store(const UserStoreSettings& settings);

}  // namespace kreisel
