#include "router/core/events/event_keeper.hpp"

#include "router/core/answers.hpp"
#include "router/core/broker.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace kreisel {

namespace {

/// Events that are too old go together, at most this much later; no answer holds them.
constexpr Duration expiry_slack = std::chrono::seconds{1};

Event make_retained_event(const KeptEvent& kept, SubscriptionId subscription, MatchPolicy match) {
    Event event{subscription, kept.publication, kept.details, kept.payload};
    if (match != MatchPolicy::exact) event.details.append("topic", kept.topic);
    event.details.append("retained", true);
    return event;
}

}  // namespace

void EventKeeper::set_rules(const std::vector<HistoryRule>& rules, Broker& broker) {
    std::map<LogKey, std::unique_ptr<EventLog>> wanted;
    Records records;
    for (const HistoryRule& rule : rules) {
        const LogKey key{rule.uri, rule.match};
        const auto known = logs_.find(key);
        if (known == logs_.end()) {
            wanted[key] = std::make_unique<EventLog>(rule);
            continue;
        }
        known->second->set_rule(rule);
        trim(*known->second, records);
        wanted[key] = std::move(known->second);
        logs_.erase(known);
    }
    for (const auto& [key, log] : logs_) {
        broker.set_log(key, nullptr);
        StoreRecord& record = records.emplace_back();
        record.kind = StoreRecord::Kind::forget_log;
        record.log = key;
    }
    logs_ = std::move(wanted);
    for (const auto& [key, log] : logs_) broker.set_log(key, log.get());
    write(std::move(records));
    plan_expiry();
}

void EventKeeper::restore(StoredEvents stored) {
    std::set<LogKey> unknown;
    for (auto& entry : stored.history) {
        last_sequence_ = std::max(last_sequence_, entry.sequence);
        const auto log = logs_.find(entry.log);
        if (log == logs_.end()) {
            unknown.insert(std::move(entry.log));
        } else {
            log->second->append(entry.sequence, std::move(entry.event));
        }
    }
    Records records;
    for (const LogKey& key : unknown) {
        StoreRecord& record = records.emplace_back();
        record.kind = StoreRecord::Kind::forget_log;
        record.log = key;
    }
    for (const auto& [key, log] : logs_) trim(*log, records);
    // The open one first: it would take the place of a listed one.
    for (const bool is_listed : {false, true}) {
        for (auto& retained : stored.retained) {
            if (retained.is_listed == is_listed) retained_.set(std::move(retained.event));
        }
    }
    write(std::move(records));
    plan_expiry();
}

Result<void> EventKeeper::judge(Keeping& keeping, const Session& publisher) const {
    const KeptEvent& event = *keeping.event;
    if (!keeping.logs.empty() && names_sessions(event.lists)) keeping.logs.clear();
    for (const EventLog* log : keeping.logs) {
        if (event.bytes <= log->rule().bytes_max) continue;
        return fail(uris::limit_exceeded, "the event is larger than the history of its topic");
    }
    const bool is_new = keeping.is_retained && !event.payload.empty();
    if (is_new && !retained_.has_room(event, limits_)) {
        publisher.reached(RealmLimit::retained_events);
        return fail(uris::limit_exceeded, "the realm retains as many events as it may");
    }
    if (store_ != nullptr && !store_->has_room()) {
        return fail(uris::storage_failed, "the storage of events does not keep up");
    }
    return {};
}

bool EventKeeper::keep(const Keeping& keeping, const Session& publisher, RequestId request,
                       bool is_acknowledged) {
    Records records;
    keep_in_logs(keeping, records);
    if (keeping.is_retained) keep_retained(keeping.event, records);
    const bool is_relaxed =
        !keeping.logs.empty() &&
        std::all_of(keeping.logs.begin(), keeping.logs.end(), [](const EventLog* log) {
            return log->rule().durability == Durability::relaxed;
        });
    const bool waits = store_ != nullptr && is_acknowledged && !is_relaxed && !records.empty();
    if (waits) {
        records.back().ticket = ++last_ticket_;
        waiting_.push_back({last_ticket_, publisher.ref, request, keeping.event->publication});
    }
    write(std::move(records));
    return waits;
}

void EventKeeper::keep_in_logs(const Keeping& keeping, Records& records) {
    for (EventLog* log : keeping.logs) {
        const std::uint64_t sequence = ++last_sequence_;
        log->append(sequence, keeping.event);
        if (store_ != nullptr) {
            StoreRecord& record = records.emplace_back();
            record.kind = StoreRecord::Kind::append;
            record.log = log->key();
            record.sequence = sequence;
            record.event = keeping.event;
        }
        trim(*log, records);
        if (!expiry_ && log->rule().age_max > Duration{0}) {
            expiry_ = time_.now + log->rule().age_max + expiry_slack;
        }
    }
}

// Nothing in the specification takes a retained event away. As in MQTT, one without payload does.
void EventKeeper::keep_retained(const KeptEventPtr& event, Records& records) {
    const bool is_cleared = event->payload.empty();
    if (is_cleared && !retained_.clear(event->topic)) return;
    if (!is_cleared) retained_.set(event);
    if (store_ == nullptr) return;
    StoreRecord record;
    record.log.uri = event->topic;
    if (event->lists.empty() || is_cleared) {
        // A listed one that was older than this.
        record.kind = StoreRecord::Kind::unretain;
        record.is_listed = true;
        records.push_back(record);
    }
    record.is_listed = !is_cleared && !event->lists.empty();
    record.kind = is_cleared ? StoreRecord::Kind::unretain : StoreRecord::Kind::retain;
    if (!is_cleared) record.event = event;
    records.push_back(std::move(record));
}

void EventKeeper::trim(EventLog& log, Records& records) {
    const auto last = log.trim(time_.wall);
    if (!last || store_ == nullptr) return;
    StoreRecord& record = records.emplace_back();
    record.kind = StoreRecord::Kind::trim;
    record.log = log.key();
    record.sequence = *last;
}

void EventKeeper::write(Records records) {
    if (store_ == nullptr) return;
    for (StoreRecord& record : records) store_->write(std::move(record));
}

void EventKeeper::on_stored(const StoreOutcome& outcome, Effects& effects) {
    if (!outcome.is_written && outcome.last_sequence > 0) {
        for (const auto& [key, log] : logs_) {
            log->remove(outcome.first_sequence, outcome.last_sequence);
        }
    }
    while (!waiting_.empty() && waiting_.front().ticket <= outcome.ticket) {
        const Waiting waiting = waiting_.front();
        waiting_.pop_front();
        if (sessions_.find(waiting.peer) == nullptr) continue;
        if (outcome.is_written) {
            effects.send(waiting.peer, Published{waiting.request, waiting.publication});
        } else {
            effects.send(waiting.peer,
                         make_error(MessageType::publish, waiting.request, uris::storage_failed,
                                    "the event could not be stored"));
        }
    }
}

void EventKeeper::send_retained(Session& session, const Subscription& subscription,
                                Effects& effects) {
    if (subscription.match == MatchPolicy::exact) {
        const KeptEventPtr event = retained_.find(subscription.topic, session.info);
        if (event == nullptr) return;
        effects.begin_event(make_retained_event(*event, subscription.id, MatchPolicy::exact));
        effects.add_receiver(session.ref);
        effects.end_event();
        return;
    }
    Search search{session.ref, subscription.id, {subscription.topic, subscription.match}, {}};
    if (run(search, effects)) return;
    ++session.retained_searches;
    searches_.push_back(std::move(search));
}

bool EventKeeper::run(Search& search, Effects& effects) {
    const Session* session = sessions_.find(search.peer);
    if (session == nullptr) return true;
    if (session->subscriptions.find(search.subscription.value) == nullptr) return true;
    std::size_t bytes = 0;
    search.cursor = retained_.find_some(
        search.pattern, search.cursor, session->info, slice_topics, [&](const KeptEventPtr& event) {
            effects.begin_event(
                make_retained_event(*event, search.subscription, search.pattern.match));
            effects.add_receiver(search.peer);
            effects.end_event();
            bytes += event->bytes;
            return bytes < slice_bytes;
        });
    return !search.cursor.has_value();
}

void EventKeeper::run_searches(Effects& effects) {
    if (searches_.empty()) return;
    // One slice of the oldest, which then stands last: nobody waits for another's thousands.
    Search search = std::move(searches_.front());
    searches_.pop_front();
    if (!run(search, effects)) {
        searches_.push_back(std::move(search));
        return;
    }
    if (Session* session = sessions_.find(search.peer)) --session->retained_searches;
}

void EventKeeper::plan_expiry() {
    expiry_.reset();
    for (const auto& [key, log] : logs_) {
        const auto next = log->next_expiry();
        if (!next) continue;
        const TimePoint due =
            time_.now + std::max<Duration>(*next - time_.wall, Duration{0}) + expiry_slack;
        if (!expiry_ || due < *expiry_) expiry_ = due;
    }
}

std::optional<TimePoint> EventKeeper::next_deadline() const {
    if (!searches_.empty()) return time_.now;
    return expiry_;
}

void EventKeeper::on_time(Effects& effects) {
    run_searches(effects);
    if (!expiry_ || time_.now < *expiry_) return;
    Records records;
    for (const auto& [key, log] : logs_) trim(*log, records);
    write(std::move(records));
    plan_expiry();
}

}  // namespace kreisel
