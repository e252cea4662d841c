// Knows that threads exist: the mutex guards the queues and the list of stores.
#include "router/storage/event_writer.hpp"

#include "common/base/log.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

namespace kreisel {

namespace {

/// How long records may gather that nobody waits for.
constexpr auto gather_max = std::chrono::milliseconds{100};
constexpr std::size_t record_overhead = 128;

std::size_t size_of(const StoreRecord& record) {
    return record_overhead + record.log.uri.size() +
           (record.event == nullptr ? 0 : record.event->bytes);
}

StoreOutcome outcome_of(const std::vector<StoreRecord>& batch) {
    StoreOutcome outcome;
    for (const StoreRecord& record : batch) {
        outcome.ticket = std::max(outcome.ticket, record.ticket);
        if (record.kind != StoreRecord::Kind::append) continue;
        if (outcome.first_sequence == 0) outcome.first_sequence = record.sequence;
        outcome.last_sequence = record.sequence;
    }
    return outcome;
}

}  // namespace

RealmStore::RealmStore(EventWriter& writer, std::string realm,
                       std::unique_ptr<EventDatabase> database)
    : writer_(writer), realm_(std::move(realm)), database_(std::move(database)) {}

bool RealmStore::has_room() const {
    return waiting_records_.load(std::memory_order_relaxed) < records_max &&
           waiting_bytes_.load(std::memory_order_relaxed) < bytes_max;
}

void RealmStore::write(StoreRecord record) { writer_.put(*this, std::move(record)); }

EventWriter::EventWriter(std::string folder) : folder_(std::move(folder)) {}

EventWriter::~EventWriter() { stop(); }

tl::expected<EventWriter::Opened, std::string> EventWriter::open(const std::string& realm) {
    close(realm);
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error) {
        return tl::unexpected("cannot make the folder of the event storage " + folder_ + ": " +
                              error.message());
    }
    auto opened = EventDatabase::open(event_file_of(folder_, realm));
    if (!opened) return tl::unexpected(opened.error());
    auto store = std::make_shared<RealmStore>(*this, realm, std::move(opened->database));
    const std::lock_guard guard(mutex_);
    stores_.push_back(store);
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    return Opened{std::move(store), std::move(opened->events)};
}

void EventWriter::listen(const RealmStore& store,
                         std::function<void(const StoreOutcome&)> listener) {
    const std::lock_guard guard(mutex_);
    for (const auto& known : stores_) {
        if (known.get() == &store) known->listener_ = std::move(listener);
    }
}

void EventWriter::close(const std::string& realm) {
    std::unique_lock guard(mutex_);
    const auto found = std::find_if(stores_.begin(), stores_.end(),
                                    [&realm](const auto& store) { return store->realm_ == realm; });
    if (found == stores_.end()) return;
    const std::shared_ptr<RealmStore> store = *found;
    store->is_closed_ = true;
    store->listener_ = nullptr;
    is_urgent_ = true;
    wake_.notify_one();
    idle_.wait(guard, [&] { return !is_writing_ && store->queue_.empty(); });
    std::erase(stores_, store);
    store->database_.reset();
}

std::vector<std::string> EventWriter::failing_realms() {
    const std::lock_guard guard(mutex_);
    std::vector<std::string> realms;
    for (const auto& store : stores_) {
        if (store->is_failing_) realms.push_back(store->realm_);
    }
    return realms;
}

void EventWriter::stop() {
    {
        const std::lock_guard guard(mutex_);
        is_stopping_ = true;
        for (const auto& store : stores_) store->listener_ = nullptr;
        wake_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
    for (const auto& store : stores_) {
        store->is_closed_ = true;
        store->database_.reset();
    }
    stores_.clear();
}

void EventWriter::put(RealmStore& store, StoreRecord record) {
    const std::lock_guard guard(mutex_);
    if (store.is_closed_) return;
    store.waiting_records_.fetch_add(1, std::memory_order_relaxed);
    store.waiting_bytes_.fetch_add(size_of(record), std::memory_order_relaxed);
    const bool was_urgent = is_urgent_;
    is_urgent_ = is_urgent_ || record.ticket != 0 || !store.has_room();
    const bool is_first = store.queue_.empty();
    store.queue_.push_back(std::move(record));
    if (is_first || is_urgent_ != was_urgent) wake_.notify_one();
}

bool EventWriter::has_work() const {
    return std::any_of(stores_.begin(), stores_.end(),
                       [](const auto& store) { return !store->queue_.empty(); });
}

void EventWriter::run() {
    std::unique_lock guard(mutex_);
    std::vector<std::pair<std::shared_ptr<RealmStore>, std::vector<StoreRecord>>> batches;
    for (;;) {
        idle_.notify_all();
        wake_.wait(guard, [this] { return is_stopping_ || is_urgent_ || has_work(); });
        if (!is_urgent_ && !is_stopping_) {
            wake_.wait_for(guard, gather_max, [this] { return is_stopping_ || is_urgent_; });
        }
        is_urgent_ = false;
        for (const auto& store : stores_) {
            if (!store->queue_.empty())
                batches.emplace_back(store, std::exchange(store->queue_, {}));
        }
        if (batches.empty() && is_stopping_) return;
        is_writing_ = true;
        guard.unlock();
        for (const auto& [store, batch] : batches) write_batch(*store, batch);
        batches.clear();
        guard.lock();
        is_writing_ = false;
    }
}

void EventWriter::write_batch(RealmStore& store, const std::vector<StoreRecord>& batch) {
    const SqliteResult done = store.database_->write(batch);
    tell_operator(store, done);
    std::size_t bytes = 0;
    for (const StoreRecord& record : batch) bytes += size_of(record);
    store.waiting_records_.fetch_sub(batch.size(), std::memory_order_relaxed);
    store.waiting_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    StoreOutcome outcome = outcome_of(batch);
    outcome.is_written = done.has_value();
    std::function<void(const StoreOutcome&)> listener;
    {
        const std::lock_guard guard(mutex_);
        listener = store.listener_;
    }
    if (listener) listener(outcome);
}

void EventWriter::tell_operator(RealmStore& store, const SqliteResult& done) {
    if (done.has_value() != store.is_failing_) return;
    store.is_failing_ = !done.has_value();
    if (store.is_failing_) {
        KREISEL_LOG(error, "events cannot be stored", {"realm", store.realm_},
                    {"why", done.error()});
    } else {
        KREISEL_LOG(info, "events are stored again", {"realm", store.realm_});
    }
}

}  // namespace kreisel
