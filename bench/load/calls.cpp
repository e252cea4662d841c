// The scenario calls: callers that keep a window of calls under way, callees that answer at once.
// One thread, one epoll.

#include "bench/load/login.hpp"
#include "bench/load/meter.hpp"
#include "bench/load/scenario.hpp"
#include "bench/load/template.hpp"
#include "common/codec/codec.hpp"

#include <stdexcept>
#include <unistd.h>
#include <unordered_map>

namespace kreisel::load {

namespace {

using Clock = std::chrono::steady_clock;

/// A caller or a callee. Calls under way are found by request id in a ring much wider than
/// `in_flight`: answers may overtake each other, but not by thousands.
struct Member {
    bool is_caller = false;
    std::size_t callee = 0;
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::vector<SteadyTime> sent_at;
};

constexpr std::size_t ring_size = 4096;

class CallRun {
  public:
    explicit CallRun(const LoadOptions& options);
    LoadReport run();

  private:
    [[nodiscard]] bool is_raw() const { return options_.target.kind == Target::Kind::raw; }
    [[nodiscard]] Payload payload() const {
        return make_payload({text_payload(options_.payload_bytes)}, {}, options_.encoding);
    }
    [[nodiscard]] SessionSettings settings(std::size_t callee, RawRole role) const;
    void open_callee(std::size_t callee);
    void open_caller(std::size_t callee);
    void on_readable(Session& session);
    void on_message(Session& session, Member& member, const MessageHead& head, Bytes bytes);
    void on_result(Member& caller, const MessageHead& head, Bytes bytes);
    void check_sample(Bytes bytes) const;
    void fill(Session& session, Member& caller);
    [[nodiscard]] bool is_drained() const;

    LoadOptions options_;
    FrameForm wire_form_;  ///< of the router, also when the floor stands in
    Poller poller_;
    Meter meter_;
    Sessions sessions_;
    std::unordered_map<const Session*, Member> members_;
    std::vector<MessageTemplate> call_templates_;  ///< by callee
    std::vector<MessageTemplate> yield_template_;  ///< one
    SteadyTime now_;
    LoadReport report_;
    std::uint64_t results_ = 0;
};

/// Differs from run to run, for the router may still be parting from the last run's callees, but
/// not in length.
std::string procedure_name(std::size_t callee) {
    return "bench.procedure_" + std::to_string(1000 + ::getpid() % 9000) + "." +
           std::to_string(callee);
}

CallRun::CallRun(const LoadOptions& options)
    : options_(options),
      wire_form_(form_of(is_raw() ? options.like : options.target.kind)),
      meter_(options) {
    report_.unit = "calls";
    for (std::size_t i = 0; i < options_.callees; ++i) open_callee(i);
    for (std::size_t i = 0; i < options_.callers; ++i) open_caller(i % options_.callees);
    for (const auto& session : sessions_) session->start_measuring();
    if (options_.on_open) options_.on_open();
    // The time of opening is no part of the warm-up.
    meter_ = Meter(options_);
}

SessionSettings CallRun::settings(std::size_t callee, RawRole role) const {
    SessionSettings settings{.target = options_.target,
                             .encoding = options_.encoding,
                             .realm = options_.realm,
                             .source = 0,
                             .raw_hello = {},
                             .resumes_tls = false,
                             .handshake_bytes_max = SIZE_MAX};
    if (!is_raw()) return settings;
    // Five digits stand for the request ids of a run.
    const RequestId id{50'000};
    const auto size = [&](const Message& message, Sender sender) {
        return static_cast<std::uint32_t>(
            wire_size(message, options_.encoding, wire_form_, sender));
    };
    settings.raw_hello.role = role;
    settings.raw_hello.group = static_cast<std::uint32_t>(callee);
    if (role == RawRole::caller) {
        settings.raw_hello.bytes_to_floor =
            size(Call{id, {}, procedure_name(callee), payload()}, Sender::client);
        settings.raw_hello.bytes_from_floor =
            size(ResultMessage{id, {}, payload()}, Sender::router);
    } else {
        settings.raw_hello.bytes_to_floor = size(Yield{id, {}, payload()}, Sender::client);
        settings.raw_hello.bytes_from_floor =
            size(Invocation{id, RegistrationId{100}, {}, payload()}, Sender::router);
    }
    return settings;
}

void CallRun::open_callee(std::size_t callee) {
    const SteadyTime deadline = Clock::now() + std::chrono::seconds{10};
    const SessionSettings how = settings(callee, RawRole::callee);
    sessions_.push_back(join(poller_, how, deadline));
    Session& session = *sessions_.back();
    members_[&session].callee = callee;
    FrameForm form = session.form();
    if (is_raw()) form.fixed_bytes = how.raw_hello.bytes_to_floor;
    if (yield_template_.empty()) {
        yield_template_.emplace_back(Yield{RequestId{1}, {}, payload()}, options_.encoding, form);
    }
    if (is_raw()) return;
    static_cast<void>(
        ask(poller_, session, Register{RequestId{1}, {}, procedure_name(callee)}, deadline));
}

void CallRun::open_caller(std::size_t callee) {
    const SessionSettings how = settings(callee, RawRole::caller);
    sessions_.push_back(join(poller_, how, Clock::now() + std::chrono::seconds{10}));
    Session& session = *sessions_.back();
    Member& member = members_[&session];
    member.is_caller = true;
    member.callee = callee;
    // One call under way needs no ring, and there may be thousands of callers.
    member.sent_at.resize(options_.in_flight == 1 ? 2 : ring_size);
    FrameForm form = session.form();
    if (is_raw()) form.fixed_bytes = how.raw_hello.bytes_to_floor;
    if (call_templates_.size() == callee) {
        call_templates_.emplace_back(Call{RequestId{1}, {}, procedure_name(callee), payload()},
                                     options_.encoding, form);
    }
}

void CallRun::check_sample(Bytes bytes) const {
    const Result<Message> message = decode(options_.encoding, SharedBytes::copy_of(bytes), {});
    if (!message) throw std::runtime_error("undecodable result: " + message.error().text);
    const Payload* result = payload_of(*message);
    if (result == nullptr ||
        read_payload(*result).args != List{text_payload(options_.payload_bytes)}) {
        throw std::runtime_error("the result does not carry what the callee yielded");
    }
}

void CallRun::on_result(Member& caller, const MessageHead& head, Bytes bytes) {
    const std::uint64_t number = is_raw() ? caller.answered + 1 : head.id;
    if (number == 0 || number > caller.sent || caller.answered == caller.sent) {
        throw std::runtime_error("a result that was not asked for");
    }
    ++caller.answered;
    ++results_;
    if (meter_.is_measuring())
        report_.latency.add(now_ - caller.sent_at[number % caller.sent_at.size()]);
    if (!is_raw() && number % 4096 == 1 && !head.is_in_pieces) check_sample(bytes);
}

void CallRun::on_message(Session& session, Member& member, const MessageHead& head, Bytes bytes) {
    const auto wanted = member.is_caller ? MessageType::result : MessageType::invocation;
    if (!is_raw() && head.type != static_cast<std::uint64_t>(wanted)) {
        const Result<Message> message = decode(options_.encoding, SharedBytes::copy_of(bytes), {});
        throw std::runtime_error("unexpected " +
                                 (message ? describe(*message) : message.error().text));
    }
    if (member.is_caller) return on_result(member, head, bytes);
    yield_template_.front().append(head.id, session.output());
}

void CallRun::on_readable(Session& session) {
    Member& member = members_.find(&session)->second;
    now_ = Clock::now();
    session.read_frames(poller_.buffer(), [&](const MessageHead& head, Bytes bytes) {
        on_message(session, member, head, bytes);
    });
    require_alive(session, member.is_caller ? "caller" : "callee");
    if (member.is_caller) return fill(session, member);
    session.flush();
    require_alive(session, "callee");
}

void CallRun::fill(Session& session, Member& caller) {
    if (meter_.phase() == Meter::Phase::draining) return;
    while (caller.sent - caller.answered < options_.in_flight) {
        ++caller.sent;
        caller.sent_at[caller.sent % caller.sent_at.size()] = now_;
        call_templates_[caller.callee].append(caller.sent, session.output());
    }
    session.flush();
    require_alive(session, "caller");
}

bool CallRun::is_drained() const {
    for (const auto& entry : members_) {
        if (entry.second.answered != entry.second.sent) return false;
    }
    return true;
}

LoadReport CallRun::run() {
    now_ = Clock::now();
    for (const auto& session : sessions_) {
        Member& member = members_.find(session.get())->second;
        if (member.is_caller) fill(*session, member);
        poller_.update(*session);
    }
    while (meter_.phase() != Meter::Phase::draining || !is_drained()) {
        poller_.poll(std::chrono::milliseconds{20},
                     [this](Session& session) { on_readable(session); });
        meter_.advance(Clock::now(), results_);
    }
    meter_.write_to(report_);
    return report_;
}

}  // namespace

LoadReport run_calls(const LoadOptions& options) { return CallRun(options).run(); }

}  // namespace kreisel::load
