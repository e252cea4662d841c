#pragma once
// EventWriter: one thread that makes the kept events of all realms durable.
//
// A realm's serial step puts records into its queue and goes on. The thread takes what is there,
// commits it as one batch for each realm, and has the realm told. While it commits, the next batch
// gathers: under load one fsync carries many publications. Records that nobody waits for may gather
// a little longer. Knows that threads exist: one mutex guards all queues and is never held while
// the disk is busy or the realm is told.

#include "router/core/events/event_store.hpp"
#include "router/storage/event_database.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kreisel {

class EventWriter;

/// One realm's way to the writer. The realm's host holds it for as long as the realm lives.
class RealmStore final : public EventStore {
  public:
    /// Records and bytes that may wait to be written.
    static constexpr std::size_t records_max = 100'000;
    static constexpr std::size_t bytes_max = std::size_t{64} << 20;

    RealmStore(EventWriter& writer, std::string realm, std::unique_ptr<EventDatabase> database);

    // --- serial step of the realm ---
    [[nodiscard]] bool has_room() const override;
    void write(StoreRecord record) override;

  private:
    friend class EventWriter;

    EventWriter& writer_;
    const std::string realm_;
    /// Of the writer's thread, until the store is closed.
    std::unique_ptr<EventDatabase> database_;
    std::atomic<bool> is_failing_{false};  ///< set by the writer's thread: the operator is told
    std::atomic<std::size_t> waiting_records_{0};
    std::atomic<std::size_t> waiting_bytes_{0};

    // --- guarded by the writer's mutex ---
    std::vector<StoreRecord> queue_;
    std::function<void(const StoreOutcome&)> listener_;
    bool is_closed_ = false;
};

class EventWriter {
  public:
    struct Opened {
        std::shared_ptr<RealmStore> store;
        StoredEvents events;
    };

    /// Files lie in `folder`, which is made if it is not there.
    explicit EventWriter(std::string folder);
    ~EventWriter();
    EventWriter(const EventWriter&) = delete;
    EventWriter& operator=(const EventWriter&) = delete;

    // --- control thread ---
    /// The store of a realm and what it holds. The error is one sentence for the operator.
    [[nodiscard]] tl::expected<Opened, std::string> open(const std::string& realm);
    /// `listener` is called by the writer's thread, once for each batch.
    void listen(const RealmStore& store, std::function<void(const StoreOutcome&)> listener);
    /// Writes what waits and closes the file; what comes later is dropped.
    void close(const std::string& realm);
    /// The realms whose events cannot be stored at the moment.
    [[nodiscard]] std::vector<std::string> failing_realms();
    /// Writes what waits and ends the thread; nobody is told any more.
    void stop();

  private:
    friend class RealmStore;

    void put(RealmStore& store, StoreRecord record);
    void run();
    void write_batch(RealmStore& store, const std::vector<StoreRecord>& batch);
    [[nodiscard]] bool has_work() const;
    static void tell_operator(RealmStore& store, const SqliteResult& done);

    const std::string folder_;
    std::mutex mutex_;
    std::condition_variable wake_;  ///< the thread: there is work
    std::condition_variable idle_;  ///< close(): the thread is between two rounds
    std::vector<std::shared_ptr<RealmStore>> stores_;
    bool is_urgent_ = false;  ///< somebody waits for a record in a queue
    bool is_stopping_ = false;
    bool is_writing_ = false;
    std::thread thread_;
};

}  // namespace kreisel
