#pragma once
// EventDatabase: the SQLite file of one realm's kept events.
//
// Opened and read by the control thread, then written by the writer's thread alone. What a file
// holds is judged like a client's message when it is read.

#include "router/core/events/event_store.hpp"
#include "router/storage/sqlite.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace kreisel {

class EventDatabase {
  public:
    struct Opened {
        std::unique_ptr<EventDatabase> database;
        StoredEvents events;
    };
    /// Opens or creates the file and reads all of it; the error names the file.
    [[nodiscard]] static tl::expected<Opened, std::string> open(const std::string& path);

    /// All records in one transaction, or none of them.
    [[nodiscard]] SqliteResult write(std::span<const StoreRecord> records);

  private:
    struct Statements;

    explicit EventDatabase(std::unique_ptr<SqliteConnection> connection);
    [[nodiscard]] static SqliteResult prepare_file(SqliteConnection& connection);
    [[nodiscard]] static SqliteResult read(SqliteConnection& connection, StoredEvents& events);
    [[nodiscard]] SqliteResult write_record(const StoreRecord& record);

    std::unique_ptr<SqliteConnection> connection_;
    std::shared_ptr<Statements> statements_;
};

/// The file of a realm below `folder`; a realm's name may hold what a file name may not.
[[nodiscard]] std::string event_file_of(const std::string& folder, const std::string& realm);

}  // namespace kreisel
