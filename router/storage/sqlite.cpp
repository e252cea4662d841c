#include "router/storage/sqlite.hpp"

#include <sqlite3.h>

namespace kreisel {

SqliteStatement::SqliteStatement(SqliteConnection& connection, std::string_view sql)
    : connection_(connection) {
    sqlite3_prepare_v2(connection.handle_, sql.data(), static_cast<int>(sql.size()), &statement_,
                       nullptr);
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

SqliteStatement& SqliteStatement::bind(int parameter, std::uint64_t number) {
    sqlite3_bind_int64(statement_, parameter, static_cast<sqlite3_int64>(number));
    return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, std::string_view text) {
    sqlite3_bind_text64(statement_, parameter, text.data(), text.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
    return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, const SharedBytes& bytes) {
    sqlite3_bind_blob64(statement_, parameter, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
    return *this;
}

SqliteResult SqliteStatement::run() {
    const auto row = next();
    if (statement_ != nullptr) sqlite3_reset(statement_);
    if (!row) return tl::unexpected(row.error());
    return {};
}

tl::expected<bool, std::string> SqliteStatement::next() {
    if (statement_ == nullptr) return tl::unexpected(connection_.error());
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return tl::unexpected(connection_.error());
}

std::uint64_t SqliteStatement::number(int column) const {
    return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
}

std::string SqliteStatement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return text == nullptr ? std::string() : std::string(text, size);
}

SharedBytes SqliteStatement::bytes(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return SharedBytes::copy_of(std::span<const std::uint8_t>(data, size));
}

tl::expected<std::unique_ptr<SqliteConnection>, std::string> SqliteConnection::open(
    const std::string& path) {
    sqlite3* handle = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    std::unique_ptr<SqliteConnection> connection(new SqliteConnection(handle));
    if (code != SQLITE_OK) return tl::unexpected(connection->error());
    sqlite3_extended_result_codes(handle, 1);
    // The lock is held as long as the file is open: a second router would mix its events with ours.
    // In the mode WAL a commit is one write and one fsync at the end of a log.
    for (const char* pragma : {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL",
                               "PRAGMA synchronous=FULL", "BEGIN IMMEDIATE", "COMMIT"}) {
        if (auto done = connection->run(pragma); !done) return tl::unexpected(done.error());
    }
    return connection;
}

SqliteConnection::~SqliteConnection() { sqlite3_close_v2(handle_); }

SqliteResult SqliteConnection::run(std::string_view sql) {
    const int code = sqlite3_exec(handle_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return tl::unexpected(error());
    return {};
}

std::string SqliteConnection::error() const {
    return handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_);
}

}  // namespace kreisel
