// The scenarios fanout and topics: publishers that keep a window of publications under way to their
// subscribers. One thread, one epoll.

#include "bench/load/login.hpp"
#include "bench/load/meter.hpp"
#include "bench/load/patterns.hpp"
#include "bench/load/scenario.hpp"
#include "bench/load/template.hpp"
#include "common/codec/codec.hpp"

#include <stdexcept>
#include <unordered_map>

namespace kreisel::load {

namespace {

using Clock = std::chrono::steady_clock;

struct Topic;

/// Publications of a topic differ in the last letter of their payload, in turn: what is lost, comes
/// twice or overtakes is found without decoding each event.
constexpr std::uint64_t variants = 4;

std::string payload_text(std::size_t bytes, std::uint64_t number) {
    std::string text = text_payload(bytes);
    if (!text.empty()) text.back() = static_cast<char>('a' + number % variants);
    return text;
}

/// The last small letter of a message, which in all encodings is that of the payload.
char last_letter(Bytes bytes) {
    for (std::size_t at = bytes.size(); at-- > 0;) {
        if (bytes[at] >= 'a' && bytes[at] <= 'z') return static_cast<char>(bytes[at]);
    }
    return '\0';
}

/// One end of a topic. A subscriber's n-th event is the topic's n-th publication, since WAMP keeps
/// the order of one publisher; check_order() holds the router to it.
struct Member {
    Topic* topic = nullptr;
    std::uint64_t received = 0;
    bool is_publisher = false;
    Encoding encoding = Encoding::json;
};

/// Publications under way live in rings indexed by their number.
struct Topic {
    Session* publisher = nullptr;
    std::uint64_t sent = 0;
    std::uint64_t done = 0;
    std::vector<std::size_t> missing;  ///< receipts until a publication is done
    std::vector<SteadyTime> sent_at;
};

class PublishRun {
  public:
    explicit PublishRun(const LoadOptions& options);
    LoadReport run();

  private:
    [[nodiscard]] bool is_raw() const { return options_.target.kind == Target::Kind::raw; }
    [[nodiscard]] Message publish_message(std::size_t topic, std::uint64_t number) const;
    [[nodiscard]] SessionSettings settings(std::size_t topic, RawRole role) const;
    void open();
    void open_member(std::size_t topic, bool is_publisher);
    void on_readable(Session& session);
    void on_message(Member& member, const MessageHead& head, Bytes bytes, SteadyTime now);
    void check_sample(Encoding encoding, Bytes bytes, std::uint64_t number) const;
    void check_order(Bytes bytes, std::uint64_t number) const;
    void fill(std::size_t topic, SteadyTime now);
    [[nodiscard]] bool is_drained() const;

    LoadOptions options_;
    FrameForm wire_form_;  ///< of the router, also when the floor stands in
    Poller poller_;
    Meter meter_;
    Sessions sessions_;
    std::unique_ptr<Session> bystander_;  ///< holds the patterns that do not match
    std::unordered_map<const Session*, Member> members_;
    std::vector<Topic> topics_;
    std::vector<MessageTemplate> templates_;  ///< of each topic its variants
    LoadReport report_;
    std::uint64_t events_ = 0;
};

std::string topic_name(std::size_t topic) { return "bench.topic." + std::to_string(topic); }

PublishRun::PublishRun(const LoadOptions& options)
    : options_(options),
      wire_form_(form_of(is_raw() ? options.like : options.target.kind)),
      meter_(options),
      topics_(options.topics) {
    report_.unit = "events";
    open();
    if (options_.on_open) options_.on_open();
    // The time of opening is no part of the warm-up.
    meter_ = Meter(options_);
}

Message PublishRun::publish_message(std::size_t topic, std::uint64_t number) const {
    Dict publish_options;
    if (options_.acknowledge) publish_options.set("acknowledge", true);
    return Publish{
        RequestId{1}, publish_options, topic_name(topic),
        make_payload({payload_text(options_.payload_bytes, number)}, {}, options_.encoding)};
}

SessionSettings PublishRun::settings(std::size_t topic, RawRole role) const {
    SessionSettings settings{.target = options_.target,
                             .encoding = options_.encoding,
                             .realm = options_.realm,
                             .source = 0,
                             .raw_hello = {},
                             .resumes_tls = false,
                             .handshake_bytes_max = SIZE_MAX};
    if (!is_raw()) return settings;
    // Six digits stand for the request ids of a run; publication ids are as long as ids get.
    Publish publish = std::get<Publish>(publish_message(topic, 0));
    publish.request = RequestId{100'000};
    const Event event{SubscriptionId{100}, PublicationId{id_max - 1}, {}, publish.payload};
    settings.raw_hello.role = role;
    settings.raw_hello.group = static_cast<std::uint32_t>(topic);
    settings.raw_hello.bytes_to_floor = static_cast<std::uint32_t>(
        wire_size(publish, options_.encoding, wire_form_, Sender::client));
    settings.raw_hello.bytes_from_floor =
        static_cast<std::uint32_t>(wire_size(event, options_.encoding, wire_form_, Sender::router));
    return settings;
}

void PublishRun::open_member(std::size_t topic, bool is_publisher) {
    const SteadyTime deadline = Clock::now() + std::chrono::seconds{10};
    SessionSettings how = settings(topic, is_publisher ? RawRole::publisher : RawRole::subscriber);
    if (!is_publisher) how.encoding = options_.subscriber_encoding.value_or(options_.encoding);
    sessions_.push_back(join(poller_, how, deadline));
    Session& session = *sessions_.back();
    members_[&session] = Member{&topics_[topic], 0, is_publisher, how.encoding};
    if (is_publisher) {
        FrameForm form = session.form();
        if (is_raw()) form.fixed_bytes = how.raw_hello.bytes_to_floor;
        for (std::uint64_t variant = 0; variant < variants; ++variant) {
            templates_.emplace_back(publish_message(topic, variant), options_.encoding, form);
        }
        topics_[topic].publisher = &session;
        topics_[topic].missing.resize(options_.in_flight);
        topics_[topic].sent_at.resize(options_.in_flight);
    } else if (!is_raw()) {
        const Subscribe subscribe = options_.patterns == 0
                                        ? Subscribe{RequestId{1}, {}, topic_name(topic)}
                                        : matching_pattern(sessions_.size());
        static_cast<void>(ask(poller_, session, subscribe, deadline));
    }
}

void PublishRun::open() {
    for (std::size_t topic = 0; topic < options_.topics; ++topic) {
        for (std::size_t i = 0; i < options_.subscribers; ++i) open_member(topic, false);
        open_member(topic, true);
    }
    if (options_.patterns > options_.subscribers) {
        bystander_ = hold_patterns(poller_, settings(0, RawRole::subscriber),
                                   options_.patterns - options_.subscribers);
    }
    for (const auto& session : sessions_) session->start_measuring();
}

void PublishRun::check_order(Bytes bytes, std::uint64_t number) const {
    if (is_raw() || options_.payload_bytes == 0) return;
    if (last_letter(bytes) == static_cast<char>('a' + number % variants)) return;
    throw std::runtime_error("event " + std::to_string(number + 1) +
                             " of a subscriber is another than was published then: one was lost, "
                             "came twice or overtook");
}

void PublishRun::check_sample(Encoding encoding, Bytes bytes, std::uint64_t number) const {
    const Result<Message> message = decode(encoding, SharedBytes::copy_of(bytes), {});
    if (!message) throw std::runtime_error("undecodable event: " + message.error().text);
    const Payload* payload = payload_of(*message);
    if (!std::holds_alternative<Event>(*message) || payload == nullptr ||
        read_payload(*payload).args != List{payload_text(options_.payload_bytes, number)}) {
        throw std::runtime_error("expected an EVENT with the published payload, got " +
                                 describe(*message));
    }
}

void PublishRun::on_message(Member& member, const MessageHead& head, Bytes bytes, SteadyTime now) {
    Topic& topic = *member.topic;
    const auto wanted = member.is_publisher ? MessageType::published : MessageType::event;
    if (!is_raw() && head.type != static_cast<std::uint64_t>(wanted)) {
        const Result<Message> message = decode(member.encoding, SharedBytes::copy_of(bytes), {});
        throw std::runtime_error("unexpected " +
                                 (message ? describe(*message) : message.error().text));
    }
    const std::uint64_t number = member.received++;
    if (number >= topic.sent) throw std::runtime_error("more events than publications");
    const std::size_t slot = number % options_.in_flight;
    if (--topic.missing[slot] == 0) ++topic.done;
    if (member.is_publisher) return;
    ++events_;
    if (meter_.is_measuring()) report_.latency.add(now - topic.sent_at[slot]);
    check_order(bytes, number);
    if (!is_raw() && number % 4096 == 0 && !head.is_in_pieces) {
        check_sample(member.encoding, bytes, number);
    }
}

void PublishRun::on_readable(Session& session) {
    if (&session == bystander_.get()) throw std::runtime_error("an event for the bystander");
    Member& member = members_.find(&session)->second;
    const SteadyTime now = Clock::now();
    session.read_frames(poller_.buffer(), [&](const MessageHead& head, Bytes bytes) {
        on_message(member, head, bytes, now);
    });
    require_alive(session, member.is_publisher ? "publisher" : "subscriber");
}

void PublishRun::fill(std::size_t index, SteadyTime now) {
    Topic& topic = topics_[index];
    const std::uint64_t end = topic.done + options_.in_flight;
    if (topic.sent == end) return;
    while (topic.sent < end) {
        const std::size_t slot = topic.sent % options_.in_flight;
        topic.missing[slot] = options_.subscribers + (options_.acknowledge ? 1U : 0U);
        topic.sent_at[slot] = now;
        const std::size_t variant = index * variants + topic.sent % variants;
        templates_[variant].append(++topic.sent, topic.publisher->output());
    }
    topic.publisher->flush();
    require_alive(*topic.publisher, "publisher");
    poller_.update(*topic.publisher);
}

bool PublishRun::is_drained() const {
    for (const Topic& topic : topics_) {
        if (topic.done != topic.sent) return false;
    }
    return true;
}

LoadReport PublishRun::run() {
    while (meter_.phase() != Meter::Phase::draining || !is_drained()) {
        const SteadyTime now = Clock::now();
        meter_.advance(now, events_);
        if (meter_.phase() != Meter::Phase::draining) {
            for (std::size_t topic = 0; topic < topics_.size(); ++topic) fill(topic, now);
        }
        poller_.poll(std::chrono::milliseconds{20},
                     [this](Session& session) { on_readable(session); });
    }
    meter_.write_to(report_);
    return report_;
}

}  // namespace

LoadReport run_publish(const LoadOptions& options) { return PublishRun(options).run(); }

}  // namespace kreisel::load
