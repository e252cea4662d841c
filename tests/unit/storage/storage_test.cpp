// Files of kept events: what is written is there again, what is damaged or taken is refused.
#include "common/codec/codec.hpp"
#include "router/storage/event_writer.hpp"

#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>

using namespace kreisel;

namespace {

struct Folder {
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "kreisel.XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
    [[nodiscard]] std::string file() const { return path + "/realm1.sqlite"; }

    std::string path;
};

KeptEventPtr make_event(std::uint64_t number, Uri topic = "com.a") {
    const Publish request{RequestId{1}, {}, std::move(topic), make_payload({Value(number)})};
    return make_kept_event(request, PublicationId{100 + number},
                           WallTime{std::chrono::milliseconds{number}}, SessionId{}, {});
}

StoreRecord make_append(std::uint64_t sequence, std::uint64_t ticket = 0) {
    StoreRecord record;
    record.log = {"com.a", MatchPolicy::exact};
    record.sequence = sequence;
    record.event = make_event(sequence);
    record.ticket = ticket;
    return record;
}

StoreRecord make_record(StoreRecord::Kind kind, Uri uri, std::uint64_t sequence = 0) {
    StoreRecord record;
    record.kind = kind;
    record.log.uri = std::move(uri);
    record.sequence = sequence;
    return record;
}

/// Waits for outcomes, which come on the writer's thread.
struct Listener {
    void operator()(const StoreOutcome& outcome) {
        const std::lock_guard guard(mutex);
        last = outcome;
        ++count;
        changed.notify_all();
    }
    StoreOutcome wait_for_ticket(std::uint64_t ticket) {
        std::unique_lock guard(mutex);
        BOOST_REQUIRE(changed.wait_for(guard, std::chrono::seconds{20},
                                       [&] { return last.ticket >= ticket; }));
        return last;
    }
    std::mutex mutex;
    std::condition_variable changed;
    StoreOutcome last;
    int count = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(storage)

BOOST_AUTO_TEST_CASE(what_was_written_is_read_again_in_order) {
    const Folder folder;
    {
        auto opened = EventDatabase::open(folder.file());
        BOOST_REQUIRE(opened.has_value());
        std::vector<StoreRecord> records;
        for (std::uint64_t i = 1; i <= 4; ++i) records.push_back(make_append(i));
        records.push_back(make_record(StoreRecord::Kind::trim, "com.a", 2));
        StoreRecord retain = make_record(StoreRecord::Kind::retain, "com.b");
        retain.event = make_event(9, "com.b");
        records.push_back(retain);
        retain.log.uri = "com.c";
        retain.event = make_event(10, "com.c");
        records.push_back(retain);
        records.push_back(make_record(StoreRecord::Kind::unretain, "com.c"));
        BOOST_REQUIRE(opened->database->write(records).has_value());
    }
    const auto opened = EventDatabase::open(folder.file());
    BOOST_REQUIRE(opened.has_value());
    BOOST_REQUIRE_EQUAL(opened->events.history.size(), 2U);
    BOOST_TEST(opened->events.history[0].sequence == 3U);
    BOOST_TEST((opened->events.history[1].event->publication == PublicationId{104}));
    BOOST_TEST((opened->events.history[1].event->time == WallTime{std::chrono::milliseconds{4}}));
    BOOST_REQUIRE_EQUAL(opened->events.retained.size(), 1U);
    BOOST_TEST(opened->events.retained[0].event->topic == "com.b");
}

BOOST_AUTO_TEST_CASE(a_batch_with_a_fault_leaves_nothing_behind) {
    const Folder folder;
    auto opened = EventDatabase::open(folder.file());
    BOOST_REQUIRE(opened.has_value());
    const StoreRecord twice[] = {make_append(1), make_append(1)};
    BOOST_TEST(!opened->database->write(twice).has_value());
    const StoreRecord once[] = {make_append(1)};
    BOOST_TEST(opened->database->write(once).has_value());
}

BOOST_AUTO_TEST_CASE(a_file_that_is_in_use_is_refused) {
    const Folder folder;
    const auto first = EventDatabase::open(folder.file());
    const auto second = EventDatabase::open(folder.file());

    BOOST_REQUIRE(!second.has_value());
    BOOST_TEST(second.error() ==
               "cannot open the event storage " + folder.file() + ": database is locked");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_database_or_damaged_is_refused) {
    const Folder folder;
    std::ofstream(folder.file()) << std::string(5'000, 'x');
    BOOST_TEST(!EventDatabase::open(folder.file()).has_value());
    std::filesystem::remove(folder.file());
    {
        auto opened = EventDatabase::open(folder.file());
        std::vector<StoreRecord> records;
        for (std::uint64_t i = 1; i <= 500; ++i) records.push_back(make_append(i));
        BOOST_REQUIRE(opened->database->write(records).has_value());
    }
    {
        std::fstream file(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(12'288);
        file << std::string(8'192, 'x');
    }
    BOOST_TEST(!EventDatabase::open(folder.file()).has_value());
}

BOOST_AUTO_TEST_CASE(a_realms_name_makes_a_file_name) {
    BOOST_TEST(event_file_of("d", "com.example.r1") == "d/com.example.r1.sqlite");
    BOOST_TEST(event_file_of("d", "a/b %") == "d/a%2fb%20%25.sqlite");
}

BOOST_AUTO_TEST_CASE(the_writer_tells_when_a_batch_is_committed) {
    const Folder folder;
    Listener listener;
    EventWriter writer(folder.path + "/deep/er");
    auto opened = writer.open("realm1");
    BOOST_REQUIRE(opened.has_value());
    writer.listen(*opened->store, [&](const StoreOutcome& outcome) { listener(outcome); });

    for (std::uint64_t i = 1; i <= 100; ++i) opened->store->write(make_append(i, i));
    const StoreOutcome last = listener.wait_for_ticket(100);
    BOOST_TEST(last.is_written);
    BOOST_TEST(last.last_sequence == 100U);
    BOOST_TEST(opened->store->has_room());

    writer.close("realm1");
    opened->store->write(make_append(101, 101));
    const auto again = writer.open("realm1");
    BOOST_REQUIRE(again.has_value());
    BOOST_TEST(again->events.history.size() == 100U);
}

BOOST_AUTO_TEST_CASE(the_writer_writes_what_nobody_waits_for_before_it_stops) {
    const Folder folder;
    {
        EventWriter writer(folder.path);
        auto opened = writer.open("realm1");
        BOOST_REQUIRE(opened.has_value());
        for (std::uint64_t i = 1; i <= 10; ++i) opened->store->write(make_append(i));
        writer.stop();
    }
    BOOST_TEST(EventDatabase::open(folder.file())->events.history.size() == 10U);
}

BOOST_AUTO_TEST_CASE(the_queue_has_no_room_when_it_is_full) {
    const Folder folder;
    auto opened = EventDatabase::open(folder.file());
    EventWriter idle(folder.path);
    RealmStore store(idle, "realm1", std::move(opened->database));

    for (std::size_t i = 0; i < RealmStore::records_max; ++i) {
        BOOST_REQUIRE(store.has_room());
        store.write(make_record(StoreRecord::Kind::trim, "com.a", i));
    }

    BOOST_TEST(!store.has_room());
}

BOOST_AUTO_TEST_SUITE_END()
