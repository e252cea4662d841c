#pragma once
// SQLite, as much as is needed here: one connection, prepared statements, transactions. Errors are
// one sentence for the operator. A connection is used by one thread at a time.

#include "common/base/bytes.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace kreisel {

using SqliteResult = tl::expected<void, std::string>;

class SqliteConnection;

/// One prepared statement; parameters count from 1, columns from 0.
class SqliteStatement {
  public:
    SqliteStatement(SqliteConnection& connection, std::string_view sql);
    ~SqliteStatement();
    SqliteStatement(const SqliteStatement&) = delete;
    SqliteStatement& operator=(const SqliteStatement&) = delete;

    SqliteStatement& bind(int parameter, std::uint64_t number);
    /// The text must live until run() or the last next().
    SqliteStatement& bind(int parameter, std::string_view text);
    SqliteStatement& bind(int parameter, const SharedBytes& bytes);
    /// Runs a statement that gives no rows, and makes it ready for the next time.
    [[nodiscard]] SqliteResult run();
    /// The next row: true if there is one.
    [[nodiscard]] tl::expected<bool, std::string> next();

    [[nodiscard]] std::uint64_t number(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] SharedBytes bytes(int column) const;

  private:
    SqliteConnection& connection_;
    sqlite3_stmt* statement_ = nullptr;
};

class SqliteConnection {
  public:
    /// Opens or creates the file; nobody else may open it from then on.
    [[nodiscard]] static tl::expected<std::unique_ptr<SqliteConnection>, std::string> open(
        const std::string& path);
    ~SqliteConnection();
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    [[nodiscard]] SqliteResult run(std::string_view sql);
    /// What SQLite says of the last failure.
    [[nodiscard]] std::string error() const;

  private:
    friend class SqliteStatement;
    explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}

    sqlite3* handle_;
};

}  // namespace kreisel
