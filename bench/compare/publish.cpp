// Publications to all subscribers of a topic: fan-out, or one to one on many topics.
#include "bench/compare/connection.hpp"
#include "bench/compare/exchange.hpp"
#include "bench/load/meter.hpp"

#include <unistd.h>

namespace kreisel::compare {

namespace {

using Clock = std::chrono::steady_clock;

/// Publications under way live in rings indexed by their number.
struct Topic {
    Connection* publisher = nullptr;
    std::uint64_t sent = 0;
    std::uint64_t done = 0;
    std::vector<std::size_t> missing;  ///< receipts until a publication is done
    std::vector<SteadyTime> sent_at;
};

/// Its n-th event is the topic's n-th publication.
struct Subscriber {
    Topic* topic = nullptr;
    std::uint64_t received = 0;
};

class PublishRun {
  public:
    PublishRun(const std::string& protocol, const load::LoadOptions& options);
    load::LoadReport run();

  private:
    Connection& open(std::size_t topic, Role role);
    void on_readable(Connection& connection);
    void on_event(Subscriber& subscriber, const Unit& unit, SteadyTime now);
    void check(Bytes payload, std::uint64_t number) const;
    void fill(Topic& topic, SteadyTime now);
    [[nodiscard]] bool is_drained() const;

    std::string protocol_;
    load::LoadOptions options_;
    load::Meter meter_;
    Connections connections_;
    std::vector<Topic> topics_;
    std::vector<Subscriber> subscribers_;  ///< by index of the connection
    std::vector<std::string> payloads_;
    load::LoadReport report_;
    std::uint64_t events_ = 0;
};

PublishRun::PublishRun(const std::string& protocol, const load::LoadOptions& options)
    : protocol_(protocol), options_(options), meter_(options), topics_(options.topics) {
    report_.unit = "events";
    for (std::uint64_t i = 0; i < variants; ++i) {
        payloads_.push_back(payload_text(options_.payload_bytes, i));
    }
    for (std::size_t i = 0; i < topics_.size(); ++i) {
        for (std::size_t j = 0; j < options_.subscribers; ++j) open(i, Role::subscriber);
        topics_[i].publisher = &open(i, Role::publisher);
        topics_[i].missing.resize(options_.in_flight);
        topics_[i].sent_at.resize(options_.in_flight);
    }
    // The time of opening is no part of the warm-up.
    meter_ = load::Meter(options_);
}

Connection& PublishRun::open(std::size_t topic, Role role) {
    // Differs from run to run, for the server may still be parting from the last run's clients.
    const std::string name =
        "bench.topic_" + std::to_string(1000 + ::getpid() % 9000) + "." + std::to_string(topic);
    subscribers_.push_back({&topics_[topic]});
    return connections_.open(
        options_.target,
        make_protocol(protocol_, {role, name, subscribers_.size(), options_.payload_bytes}));
}

void PublishRun::check(Bytes payload, std::uint64_t number) const {
    const std::string& wanted = payloads_[number % variants];
    if (payload.size() != wanted.size() ||
        (!wanted.empty() && static_cast<char>(payload.back()) != wanted.back()) ||
        (number % 4096 == 0 && text_of(payload) != wanted)) {
        throw std::runtime_error("event " + std::to_string(number + 1) +
                                 " of a subscriber is another than was published then: one was "
                                 "lost, came twice or overtook");
    }
}

void PublishRun::on_event(Subscriber& subscriber, const Unit& unit, SteadyTime now) {
    Topic& topic = *subscriber.topic;
    const std::uint64_t number = subscriber.received++;
    if (number >= topic.sent) throw std::runtime_error("more events than publications");
    const std::size_t slot = number % options_.in_flight;
    if (--topic.missing[slot] == 0) ++topic.done;
    ++events_;
    if (meter_.is_measuring()) report_.latency.add(now - topic.sent_at[slot]);
    check(unit.payload, number);
}

void PublishRun::on_readable(Connection& connection) {
    Subscriber& subscriber = subscribers_[connection.index];
    const SteadyTime now = Clock::now();
    connection.read(connections_.buffer(),
                    [&](const Unit& unit) { on_event(subscriber, unit, now); });
    if (connection.has_output()) connection.flush();
}

void PublishRun::fill(Topic& topic, SteadyTime now) {
    const std::uint64_t end = topic.done + options_.in_flight;
    if (topic.sent == end) return;
    for (; topic.sent < end; ++topic.sent) {
        topic.missing[topic.sent % options_.in_flight] = options_.subscribers;
        topic.sent_at[topic.sent % options_.in_flight] = now;
        topic.publisher->protocol().publish(topic.sent, topic.publisher->output());
    }
    topic.publisher->flush();
    connections_.update(*topic.publisher);
}

bool PublishRun::is_drained() const {
    for (const Topic& topic : topics_) {
        if (topic.done != topic.sent) return false;
    }
    return true;
}

load::LoadReport PublishRun::run() {
    using Phase = load::Meter::Phase;
    while (meter_.phase() != Phase::draining || !is_drained()) {
        const SteadyTime now = Clock::now();
        meter_.advance(now, events_);
        if (meter_.phase() != Phase::draining) {
            for (Topic& topic : topics_) fill(topic, now);
        }
        connections_.poll([this](Connection& connection) { on_readable(connection); });
    }
    meter_.write_to(report_);
    return report_;
}

}  // namespace

load::LoadReport run_publish(const std::string& protocol, const load::LoadOptions& options) {
    return PublishRun(protocol, options).run();
}

}  // namespace kreisel::compare
