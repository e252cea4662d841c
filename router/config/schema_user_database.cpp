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

Table<Store> store_table() {
    return {sqlite_setting(),
            // It may hold a password.
            secret<Store>(
                "postgresql",
                [](Store& store, std::string value) { store.postgresql = std::move(value); },
                [](const Store& store) {
                    return store.postgresql.empty() ? std::nullopt
                                                    : std::optional(store.postgresql);
                }),
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
    Setting<RealmConfig> setting;
    setting.key = "user_database";
    setting.type = "map";
    setting.read = [](Reader& reader, const YamlNode& node, RealmConfig& realm) {
        UserDatabaseConfig database;
        const std::size_t errors_before = reader.error_count();
        read_table(reader, node, table(), database);
        const bool is_one = database.store.sqlite.empty() != database.store.postgresql.empty();
        if (!is_one && reader.error_count() == errors_before) {
            reader.fail(node, "needs one of sqlite: and postgresql:");
        }
        realm.user_database = std::move(database);
    };
    setting.tell = [](const RealmConfig& realm, const RealmConfig*, Visitor& visitor) {
        if (!realm.user_database) return;
        visitor.on_section_begin("user_database");
        const UserDatabaseConfig defaults;
        tell_table(table(), *realm.user_database, &defaults, visitor);
        visitor.on_section_end();
    };
    setting.list = [](const std::string& path, std::vector<KeyInfo>& keys) {
        keys.push_back({path, "map", ""});
        list_table(table(), path, keys);
    };
    return setting;
}

}  // namespace kreisel
