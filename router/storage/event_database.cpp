#include "router/storage/event_database.hpp"

#include "common/wamp/encoding.hpp"

#include <cctype>
#include <utility>

namespace kreisel {

namespace {

constexpr std::string_view schema =
    "CREATE TABLE IF NOT EXISTS history("
    " seq INTEGER PRIMARY KEY, uri TEXT NOT NULL, match TEXT NOT NULL,"
    " publication INTEGER NOT NULL, published_at_ms INTEGER NOT NULL,"
    " encoding TEXT NOT NULL, message BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS history_by_pattern ON history(uri, match, seq);"
    "CREATE TABLE IF NOT EXISTS retained("
    " topic TEXT NOT NULL, is_listed INTEGER NOT NULL,"
    " publication INTEGER NOT NULL, published_at_ms INTEGER NOT NULL,"
    " encoding TEXT NOT NULL, message BLOB NOT NULL, PRIMARY KEY(topic, is_listed));"
    "PRAGMA user_version=1;";
constexpr std::uint64_t schema_version = 1;

std::uint64_t to_number(WallTime time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

WallTime to_wall(std::uint64_t milliseconds) {
    return WallTime{std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)}};
}

std::optional<Encoding> encoding_of(std::string_view name) {
    for (const Encoding encoding : {Encoding::json, Encoding::msgpack, Encoding::cbor}) {
        if (to_text(encoding) == name) return encoding;
    }
    return std::nullopt;
}

/// The event in the columns publication, published_at_ms, encoding, message from `first` on.
tl::expected<KeptEventPtr, std::string> read_event(const SqliteStatement& row, int first) {
    const auto encoding = encoding_of(row.text(first + 2));
    if (!encoding) return tl::unexpected("unknown encoding '" + row.text(first + 2) + "'");
    auto event = read_kept_event(*encoding, row.bytes(first + 3), PublicationId{row.number(first)},
                                 to_wall(row.number(first + 1)));
    if (!event) return tl::unexpected("damaged event: " + event.error().text);
    return std::move(*event);
}

}  // namespace

struct EventDatabase::Statements {
    explicit Statements(SqliteConnection& connection)
        : append(connection, "INSERT INTO history VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
          trim(connection, "DELETE FROM history WHERE uri=?1 AND match=?2 AND seq<=?3"),
          forget(connection, "DELETE FROM history WHERE uri=?1 AND match=?2"),
          retain(connection, "INSERT OR REPLACE INTO retained VALUES(?1, ?2, ?3, ?4, ?5, ?6)"),
          unretain(connection, "DELETE FROM retained WHERE topic=?1 AND is_listed=?2") {}

    SqliteStatement append;
    SqliteStatement trim;
    SqliteStatement forget;
    SqliteStatement retain;
    SqliteStatement unretain;
};

EventDatabase::EventDatabase(std::unique_ptr<SqliteConnection> connection)
    : connection_(std::move(connection)), statements_(std::make_shared<Statements>(*connection_)) {}

tl::expected<EventDatabase::Opened, std::string> EventDatabase::open(const std::string& path) {
    const auto refuse = [&path](const std::string& why) {
        return tl::unexpected("cannot open the event storage " + path + ": " + why);
    };
    auto connection = SqliteConnection::open(path);
    if (!connection) return refuse(connection.error());
    if (auto done = prepare_file(**connection); !done) return refuse(done.error());
    Opened opened;
    if (auto done = read(**connection, opened.events); !done) return refuse(done.error());
    opened.database.reset(new EventDatabase(std::move(*connection)));
    return opened;
}

SqliteResult EventDatabase::prepare_file(SqliteConnection& connection) {
    {
        SqliteStatement check(connection, "PRAGMA quick_check(1)");
        const auto row = check.next();
        if (!row) return tl::unexpected(row.error());
        if (check.text(0) != "ok") return tl::unexpected("the file is damaged: " + check.text(0));
    }
    SqliteStatement version(connection, "PRAGMA user_version");
    const auto row = version.next();
    if (!row) return tl::unexpected(row.error());
    if (version.number(0) > schema_version) {
        return tl::unexpected(std::string("the file was written by a newer release"));
    }
    if (version.number(0) == schema_version) return {};
    static_cast<void>(version.next());
    return connection.run(schema);
}

SqliteResult EventDatabase::read(SqliteConnection& connection, StoredEvents& events) {
    SqliteStatement history(connection,
                            "SELECT seq, uri, match, publication, published_at_ms, encoding,"
                            " message FROM history ORDER BY seq");
    auto row = history.next();
    for (; row && *row; row = history.next()) {
        const auto match = match_policy_of(history.text(2));
        if (!match) return tl::unexpected("unknown match policy '" + history.text(2) + "'");
        auto event = read_event(history, 3);
        if (!event) return tl::unexpected(event.error());
        events.history.push_back(
            {LogKey{history.text(1), *match}, history.number(0), std::move(*event)});
    }
    if (!row) return tl::unexpected(row.error());
    SqliteStatement retained(connection,
                             "SELECT is_listed, publication, published_at_ms, encoding, message"
                             " FROM retained");
    row = retained.next();
    for (; row && *row; row = retained.next()) {
        auto event = read_event(retained, 1);
        if (!event) return tl::unexpected(event.error());
        events.retained.push_back({retained.number(0) != 0, std::move(*event)});
    }
    if (!row) return tl::unexpected(row.error());
    return {};
}

SqliteResult EventDatabase::write(std::span<const StoreRecord> records) {
    SqliteResult done = connection_->run("BEGIN IMMEDIATE");
    for (const StoreRecord& record : records) {
        if (!done) break;
        done = write_record(record);
    }
    if (done) done = connection_->run("COMMIT");
    // SQLite has rolled back by itself after some errors; then this one is of no matter.
    if (!done) static_cast<void>(connection_->run("ROLLBACK"));
    return done;
}

SqliteResult EventDatabase::write_record(const StoreRecord& record) {
    const std::string_view match = to_text(record.log.match);
    const auto bind_event = [&record](SqliteStatement& statement, int first) {
        const KeptEvent& event = *record.event;
        statement.bind(first, event.publication.value)
            .bind(first + 1, to_number(event.time))
            .bind(first + 2, to_text(event.payload.encoding))
            .bind(first + 3, to_bytes(event));
    };
    Statements& statements = *statements_;
    switch (record.kind) {
        case StoreRecord::Kind::append:
            statements.append.bind(1, record.sequence).bind(2, record.log.uri).bind(3, match);
            bind_event(statements.append, 4);
            return statements.append.run();
        case StoreRecord::Kind::trim:
            return statements.trim.bind(1, record.log.uri)
                .bind(2, match)
                .bind(3, record.sequence)
                .run();
        case StoreRecord::Kind::forget_log:
            return statements.forget.bind(1, record.log.uri).bind(2, match).run();
        case StoreRecord::Kind::retain:
            statements.retain.bind(1, record.log.uri)
                .bind(2, std::uint64_t{record.is_listed ? 1U : 0U});
            bind_event(statements.retain, 3);
            return statements.retain.run();
        case StoreRecord::Kind::unretain:
            return statements.unretain.bind(1, record.log.uri)
                .bind(2, std::uint64_t{record.is_listed ? 1U : 0U})
                .run();
    }
    return {};
}

std::string event_file_of(const std::string& folder, const std::string& realm) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string name;
    for (const char c : realm) {
        const auto octet = static_cast<unsigned char>(c);
        if (std::isalnum(octet) != 0 || c == '.' || c == '-' || c == '_') {
            name += c;
            continue;
        }
        name += '%';
        name += digits[octet >> 4U];
        name += digits[octet & 15U];
    }
    return folder + "/" + name + ".sqlite";
}

}  // namespace kreisel
