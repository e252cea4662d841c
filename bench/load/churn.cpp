#include "bench/load/churn.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace kreisel::load {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{30};
/// Loopback addresses the visitors come from in turn; each has its own 28,000 ports.
constexpr std::uint64_t source_count = 64;

bool needs_no_answer(Departure departure) {
    return departure == Departure::reset_in_handshake || departure == Departure::reset_at_connect;
}

}  // namespace

std::string_view to_text(Departure departure) {
    switch (departure) {
        case Departure::goodbye:
            return "goodbye";
        case Departure::silent_close:
            return "silent_close";
        case Departure::reset_with_entries:
            return "reset_with_entries";
        case Departure::reset_as_caller:
            return "reset_as_caller";
        case Departure::close_as_callee:
            return "close_as_callee";
        case Departure::reset_after_hello:
            return "reset_after_hello";
        case Departure::close_before_hello:
            return "close_before_hello";
        case Departure::reset_in_handshake:
            return "reset_in_handshake";
        case Departure::reset_at_connect:
            return "reset_at_connect";
    }
    return "";
}

std::uint64_t ChurnReport::total() const {
    return std::accumulate(visits.begin(), visits.end(), std::uint64_t{0});
}

Churn::Churn(const ChurnSettings& settings)
    : settings_(settings),
      random_(settings.seed),
      mute_procedure_("bench.churn.mute." + std::to_string(settings.seed)) {
    const SteadyTime deadline = Clock::now() + patience;
    SessionSettings how;
    how.target = settings.target;
    how.encoding = settings.encoding;
    how.realm = settings.realm;
    mute_ = join(poller_, how, deadline);
    static_cast<void>(ask(poller_, *mute_, Register{RequestId{1}, {}, mute_procedure_}, deadline));
}

Churn::~Churn() = default;

void Churn::fail_visit(const Visitor& visitor, const std::string& what) const {
    throw std::runtime_error("visitor " + std::to_string(visitor.number) + " (" +
                             std::string(to_text(visitor.departure)) + "): " + what);
}

void Churn::begin_visit(SteadyTime now) {
    auto visitor = std::make_unique<Visitor>();
    visitor->departure = static_cast<Departure>(random_.below(departure_count));
    visitor->number = ++begun_;
    visitor->came = now;
    SessionSettings how;
    how.target = settings_.target;
    how.encoding = settings_.encoding;
    how.realm = settings_.realm;
    how.source = static_cast<std::uint8_t>(1 + begun_ % source_count);
    if (visitor->departure == Departure::reset_at_connect) how.handshake_bytes_max = 0;
    if (visitor->departure == Departure::reset_in_handshake) {
        // RawSocket's handshake has four octets, an upgrade request some two hundred.
        how.handshake_bytes_max = how.target.kind == Target::Kind::rawsocket ? 2 : 100;
    }
    visitor->session = std::make_unique<Session>(how);
    poller_.add(*visitor->session);
    const auto fd = static_cast<std::size_t>(visitor->session->fd());
    if (by_fd_.size() <= fd) by_fd_.resize(fd + 1);
    by_fd_[fd] = visitor.get();
    ++report_.visits[static_cast<std::size_t>(visitor->departure)];
    visitors_.push_back(std::move(visitor));
    report_.at_once_max = std::max(report_.at_once_max, visitors_.size());
}

void Churn::on_readable(Session& session) {
    Visitor* visitor = by_fd_.at(static_cast<std::size_t>(session.fd()));
    session.on_readable(poller_.buffer());
    for (const Message& message : session.inbox()) on_message(*visitor, message);
    session.inbox().clear();
    if (session.is_ended()) {
        if (!visitor->has_finished) fail_visit(*visitor, session.end_reason());
        return;
    }
    if (!session.is_open() || visitor->has_said_hello || visitor->has_finished) return;
    if (visitor->departure == Departure::close_before_hello) return leave(*visitor);
    visitor->has_said_hello = true;
    session.send(hello_message(settings_.realm));
    if (visitor->departure == Departure::reset_after_hello) leave(*visitor);
}

void Churn::on_welcome(Visitor& visitor) {
    report_.login_latency.add(Clock::now() - visitor.came);
    Session& session = *visitor.session;
    const std::string own = "bench.churn.own." + std::to_string(visitor.number);
    switch (visitor.departure) {
        case Departure::goodbye:
            session.send(Subscribe{RequestId{1}, {}, "bench.churn.topic"});
            return;
        case Departure::silent_close:
        case Departure::reset_with_entries:
            session.send(Register{RequestId{1}, {}, own});
            session.send(Subscribe{RequestId{2}, Dict{{"match", "prefix"}}, own});
            return;
        case Departure::reset_as_caller:
            // The answer to SUBSCRIBE says that the call before it has been taken.
            session.send(Call{RequestId{1}, {}, mute_procedure_, {}});
            session.send(Subscribe{RequestId{2}, Dict{{"match", "wildcard"}}, "bench..churn"});
            return;
        case Departure::close_as_callee:
            session.send(Register{RequestId{1}, {}, own});
            session.send(Call{RequestId{2}, {}, own, {}});
            return;
        case Departure::reset_after_hello:
        case Departure::close_before_hello:
        case Departure::reset_in_handshake:
        case Departure::reset_at_connect:
            return;
    }
}

void Churn::on_message(Visitor& visitor, const Message& message) {
    switch (type_of(message)) {
        case MessageType::welcome:
            return on_welcome(visitor);
        case MessageType::registered:
            return;
        case MessageType::subscribed:
            if (visitor.departure != Departure::goodbye) return leave(visitor);
            return visitor.session->send(Goodbye{{}, "wamp.close.close_realm"});
        case MessageType::goodbye:
            return leave(visitor);
        case MessageType::invocation:
            return leave(visitor);
        default:
            fail_visit(visitor, "got " + describe(message));
    }
}

void Churn::leave(Visitor& visitor) {
    if (visitor.has_finished) return;
    visitor.has_finished = true;
    switch (visitor.departure) {
        case Departure::goodbye:
        case Departure::silent_close:
        case Departure::close_as_callee:
        case Departure::close_before_hello:
            return visitor.session->close_politely();
        case Departure::reset_with_entries:
        case Departure::reset_as_caller:
        case Departure::reset_after_hello:
        case Departure::reset_in_handshake:
        case Departure::reset_at_connect:
            return visitor.session->reset();
    }
}

void Churn::sweep(SteadyTime now) {
    for (const auto& visitor : visitors_) {
        Session& session = *visitor->session;
        if (session.is_ended()) continue;
        if (needs_no_answer(visitor->departure) && !session.has_output()) leave(*visitor);
        if (now - visitor->came > patience) fail_visit(*visitor, "still there after half a minute");
        poller_.update(session);
    }
    std::erase_if(visitors_, [](const auto& visitor) { return visitor->session->is_ended(); });
}

ChurnReport Churn::run() {
    const SteadyTime start = Clock::now();
    const auto visits = static_cast<std::uint64_t>(settings_.rate * settings_.seconds);
    const std::uint64_t first = begun_;
    report_ = {};
    while (begun_ - first < visits || !visitors_.empty()) {
        const SteadyTime now = Clock::now();
        const double elapsed = std::chrono::duration<double>(now - start).count();
        const auto due = static_cast<std::uint64_t>(settings_.rate * elapsed) + 1;
        while (begun_ - first < std::min(due, visits) &&
               visitors_.size() < settings_.visitors_max) {
            begin_visit(now);
        }
        poller_.poll(std::chrono::milliseconds{1}, [this](Session& session) {
            if (&session != mute_.get()) return on_readable(session);
            session.on_readable(poller_.buffer());
            session.inbox().clear();
            require_alive(session, "the callee that never answers");
        });
        sweep(now);
    }
    report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return report_;
}

}  // namespace kreisel::load
