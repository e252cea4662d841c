// Users in a database: how it is reached and what it is asked.

#include "router/config/files.hpp"
#include "router/config/schema.hpp"
#include "router/config/settings.hpp"

namespace kreisel {

namespace {

using Store = UserStoreSettings;

Setting<Store> sqlite_setting() {
    return scalar<Store>(
        "sqlite", "the path of a file",
        [](Reader& reader, const YamlNode&, const std::string& path, Store& store) {
            store.sqlite = path_beside(reader.file(), path);
            return !path.empty();
        },
        [](const Store& store) {
            return store.sqlite.empty() ? std::string() : show_text(store.sqlite);
        });
}

/// Whether a password stands in what libpq is told, as it is written: `password=secret`, or
/// `postgresql://user:secret@host/users`.
bool holds_password(std::string_view text) {
    if (text.substr(0, 2) == "${" || text.substr(0, 5) == "file:") return false;
    if (text.find("password") != std::string_view::npos) return true;
    const auto authority = text.find("://");
    if (authority == std::string_view::npos) return false;
    const auto user = text.substr(authority + 3, text.find('@') - authority - 3);
    return text.find('@') != std::string_view::npos && user.find(':') != std::string_view::npos;
}

/// Hidden whatever stands there; it opens a door only if a password does.
Setting<Store> postgresql_setting() {
    auto setting = secret<Store>(
        "postgresql", [](Store& store, std::string value) { store.postgresql = std::move(value); },
        [](const Store& store) {
            return store.postgresql.empty() ? std::nullopt : std::optional(store.postgresql);
        },
        SecretKind::hash);
    setting.read = [read = setting.read](Reader& reader, const YamlNode& node, Store& store) {
        read(reader, node, store);
        if (holds_password(node.text)) reader.note_password(node);
    };
    return setting;
}

Table<Store> store_table() {
    return {sqlite_setting(), postgresql_setting(),
            required(text("query", "a SELECT with $1", &Store::query)),
            text("key_query", "a SELECT with $1", &Store::key_query),
            duration("timeout", &Store::timeout, Duration{std::chrono::milliseconds{100}},
                     Duration{std::chrono::minutes{1}})};
}

const Table<UserDatabaseConfig>& table() {
    using Database = UserDatabaseConfig;
    constexpr std::uint32_t connections_max = 64;
    constexpr std::uint32_t waiting_high = 100'000;
    static const Table<Database> rows =
        joined(lifted(store_table(), &Database::store),
               Table<Database>{count("connections", &Database::connections, 1U, connections_max),
                               count("waiting_max", &Database::waiting_max, 1U, waiting_high),
                               duration("remembered_for", &Database::remembered_for, Duration{0},
                                        Duration{std::chrono::minutes{10}})});
    return rows;
}

}  // namespace

Setting<RealmConfig> user_database_setting() {
    return optional_section(
        "user_database", table(), &RealmConfig::user_database,
        [](Reader& reader, const YamlNode& node, const UserDatabaseConfig& database) {
            if (database.store.sqlite.empty() != database.store.postgresql.empty()) return;
            reader.fail(node, "needs one of sqlite: and postgresql:");
        });
}

}  // namespace kreisel
