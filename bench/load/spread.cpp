// The scenario spread: one publisher that goes round many topics, few subscribers. One thread, one
// epoll.

#include "bench/load/login.hpp"
#include "bench/load/meter.hpp"
#include "bench/load/scenario.hpp"
#include "bench/load/template.hpp"
#include "common/codec/codec.hpp"

#include <stdexcept>
#include <unordered_map>

namespace kreisel::load {

namespace {

using Clock = std::chrono::steady_clock;

/// In an order that puts neighbours far from each other in any table sorted by name.
std::string topic_name(std::size_t topic) {
    return "bench.place." + std::to_string(topic * 7919 % 1'000'003) + ".measured";
}

class SpreadRun {
  public:
    explicit SpreadRun(const LoadOptions& options);
    LoadReport run();

  private:
    [[nodiscard]] std::size_t subscriber_count() const {
        return options_.topics % 10 == 0 ? 10 : 1;
    }
    void open();
    void subscribe(std::size_t subscriber);
    void on_readable(Session& session);
    void fill(SteadyTime now);

    LoadOptions options_;
    Poller poller_;
    Meter meter_;
    Sessions subscribers_;
    std::unique_ptr<Session> publisher_;
    std::unordered_map<const Session*, std::uint64_t> received_;
    std::vector<MessageTemplate> templates_;  ///< by topic
    std::vector<SteadyTime> sent_at_;         ///< ring, by number of the publication
    std::uint64_t sent_ = 0;
    std::uint64_t events_ = 0;
    LoadReport report_;
};

SpreadRun::SpreadRun(const LoadOptions& options) : options_(options), meter_(options) {
    report_.unit = "events";
    open();
    if (options_.on_open) options_.on_open();
    // The time of opening is no part of the warm-up.
    meter_ = Meter(options_);
}

void SpreadRun::subscribe(std::size_t subscriber) {
    Session& session = *subscribers_[subscriber];
    const SteadyTime deadline = Clock::now() + std::chrono::seconds{60};
    std::uint64_t request = 0;
    std::size_t topic = subscriber;
    while (topic < options_.topics) {
        std::size_t wanted = 0;
        for (; wanted < 500 && topic < options_.topics; ++wanted) {
            session.send(Subscribe{RequestId{++request}, {}, topic_name(topic)});
            topic += subscriber_count();
        }
        poller_.update(session);
        poller_.poll_until([&] { return session.is_ended() || session.inbox().size() == wanted; },
                           deadline, "subscriptions");
        require_alive(session, "subscriber");
        session.inbox().clear();
    }
}

void SpreadRun::open() {
    SessionSettings how;
    how.target = options_.target;
    how.encoding = options_.encoding;
    how.realm = options_.realm;
    const SteadyTime deadline = Clock::now() + std::chrono::seconds{10};
    for (std::size_t i = 0; i < subscriber_count(); ++i) {
        subscribers_.push_back(join(poller_, how, deadline));
        received_[subscribers_.back().get()] = 0;
        subscribe(i);
    }
    publisher_ = join(poller_, how, deadline);
    const Payload payload =
        make_payload({text_payload(options_.payload_bytes)}, {}, options_.encoding);
    for (std::size_t topic = 0; topic < options_.topics; ++topic) {
        templates_.emplace_back(Publish{RequestId{1}, {}, topic_name(topic), payload},
                                options_.encoding, publisher_->form());
    }
    sent_at_.resize(options_.in_flight * 16);
    for (const auto& session : subscribers_) session->start_measuring();
    publisher_->start_measuring();
}

void SpreadRun::on_readable(Session& session) {
    const SteadyTime now = Clock::now();
    session.read_frames(poller_.buffer(), [&](const MessageHead& head, Bytes) {
        if (head.type != static_cast<std::uint64_t>(MessageType::event)) {
            throw std::runtime_error("expected an EVENT");
        }
        ++events_;
        ++received_[&session];
        if (meter_.is_measuring()) report_.latency.add(now - sent_at_[events_ % sent_at_.size()]);
    });
    require_alive(session, "session");
}

void SpreadRun::fill(SteadyTime now) {
    if (sent_ == events_ + options_.in_flight) return;
    while (sent_ < events_ + options_.in_flight) {
        const std::size_t topic = sent_ % options_.topics;
        ++sent_;
        sent_at_[sent_ % sent_at_.size()] = now;
        templates_[topic].append(sent_, publisher_->output());
    }
    publisher_->flush();
    require_alive(*publisher_, "publisher");
    poller_.update(*publisher_);
}

LoadReport SpreadRun::run() {
    while (meter_.phase() != Meter::Phase::draining || events_ < sent_) {
        const SteadyTime now = Clock::now();
        meter_.advance(now, events_);
        if (meter_.phase() != Meter::Phase::draining) fill(now);
        poller_.poll(std::chrono::milliseconds{20},
                     [this](Session& session) { on_readable(session); });
    }
    // Topics take turns, so each subscriber must have its share.
    for (std::size_t i = 0; i < subscribers_.size(); ++i) {
        const std::uint64_t share = (sent_ + subscribers_.size() - 1 - i) / subscribers_.size();
        if (received_[subscribers_[i].get()] == share) continue;
        throw std::runtime_error("subscriber " + std::to_string(i) + " has " +
                                 std::to_string(received_[subscribers_[i].get()]) +
                                 " events of its topics instead of " + std::to_string(share));
    }
    meter_.write_to(report_);
    return report_;
}

}  // namespace

LoadReport run_spread(const LoadOptions& options) { return SpreadRun(options).run(); }

}  // namespace kreisel::load
