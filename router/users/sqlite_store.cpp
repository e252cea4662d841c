// Users in an SQLite file that others write: opened for reading only.

#include "router/users/user_store.hpp"

#include <array>
#include <chrono>
#include <sqlite3.h>

namespace kreisel {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
/// Instructions of SQLite between two looks at the clock.
constexpr int instructions_per_look = 10'000;

struct Closing {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

class SqliteStore final : public UserStore {
  public:
    explicit SqliteStore(UserStoreSettings settings) : settings_(std::move(settings)) {}

    Answer<void> open() override {
        if (handle_ != nullptr) return {};
        sqlite3* handle = nullptr;
        const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
        const int code = sqlite3_open_v2(settings_.sqlite.c_str(), &handle, flags, nullptr);
        handle_.reset(handle);
        if (code != SQLITE_OK) return close(settings_.sqlite + ": " + error());
        const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(settings_.timeout);
        sqlite3_busy_timeout(handle, static_cast<int>(wait.count()));
        sqlite3_progress_handler(handle, instructions_per_look, is_late, this);
        deadline_ = std::chrono::steady_clock::now() + settings_.timeout;
        for (const By by : {By::authid, By::public_key}) {
            if (auto done = prepare(by); !done) return done;
        }
        sqlite3_stmt* query = statements_[0].get();
        columns_.clear();
        for (int i = 0; i < sqlite3_column_count(query); ++i) {
            columns_.emplace_back(sqlite3_column_name(query, i));
        }
        return {};
    }

    Answer<std::optional<UserRow>> find(By by, const std::string& key) override {
        sqlite3_stmt* query = statements_[static_cast<std::size_t>(by)].get();
        if (query == nullptr) return std::optional<UserRow>{};
        deadline_ = std::chrono::steady_clock::now() + settings_.timeout;
        sqlite3_reset(query);
        sqlite3_bind_text64(query, 1, key.data(), key.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
        const int code = sqlite3_step(query);
        if (code == SQLITE_DONE) return std::optional<UserRow>{};
        if (code != SQLITE_ROW) return close(error());
        auto row = read_row(query);
        if (!row) return close(row.error());
        if (sqlite3_step(query) == SQLITE_ROW) return close("the query gives more than one row");
        sqlite3_reset(query);
        return row;
    }

    bool is_open() const override { return handle_ != nullptr; }
    const std::vector<std::string>& columns() const override { return columns_; }

  private:
    static int is_late(void* store) {
        return std::chrono::steady_clock::now() >= static_cast<SqliteStore*>(store)->deadline_;
    }

    Answer<void> prepare(By by) {
        const std::string& sql = by == By::authid ? settings_.query : settings_.key_query;
        const std::string name = by == By::authid ? "query" : "key_query";
        if (sql.empty()) return {};
        sqlite3_stmt* made = nullptr;
        const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                            SQLITE_PREPARE_PERSISTENT, &made, nullptr);
        statements_[static_cast<std::size_t>(by)].reset(made);
        if (code != SQLITE_OK || made == nullptr) return close(name + ": " + error());
        if (sqlite3_bind_parameter_count(made) != 1)
            return close(name + ": needs one parameter, $1");
        if (sqlite3_stmt_readonly(made) == 0) return close(name + ": is no SELECT");
        return {};
    }

    static Answer<std::optional<UserRow>> read_row(sqlite3_stmt* query) {
        UserRow row;
        std::size_t bytes = 0;
        for (int i = 0; i < sqlite3_column_count(query); ++i) {
            const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(query, i));
            if (text == nullptr) continue;
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(query, i));
            bytes += size;
            if (bytes > user_row_bytes_max)
                return tl::unexpected(std::string("a row of over 64 KiB"));
            row.emplace_back(sqlite3_column_name(query, i), std::string(text, size));
        }
        return row;
    }

    std::string error() const {
        return handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_.get());
    }
    tl::unexpected<std::string> close(std::string why) {
        for (auto& statement : statements_) statement.reset();
        handle_.reset();
        return tl::unexpected(std::move(why));
    }

    const UserStoreSettings settings_;
    SteadyTime deadline_{};
    std::unique_ptr<sqlite3, Closing> handle_;
    std::array<std::unique_ptr<sqlite3_stmt, Closing>, 2> statements_;
    std::vector<std::string> columns_;
};

}  // namespace

std::unique_ptr<UserStore> make_sqlite_store(const UserStoreSettings& settings) {
    return std::make_unique<SqliteStore>(settings);
}

std::unique_ptr<UserStore> make_user_store(const UserStoreSettings& settings) {
    return settings.sqlite.empty() ? make_postgresql_store(settings) : make_sqlite_store(settings);
}

}  // namespace kreisel
