// Requests through the server to callees that answer at once, and their replies.
#include "bench/compare/connection.hpp"
#include "bench/compare/exchange.hpp"
#include "bench/load/meter.hpp"

#include <unistd.h>

namespace kreisel::compare {

namespace {

using Clock = std::chrono::steady_clock;

/// A caller's requests under way, by number in a ring much wider than `in_flight`.
struct Caller {
    bool is_caller = false;
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::vector<SteadyTime> sent_at;
};
constexpr std::size_t ring_size = 4096;

class CallRun {
  public:
    CallRun(const std::string& protocol, const load::LoadOptions& options);
    load::LoadReport run();

  private:
    Connection& open(std::size_t procedure, Role role);
    void on_readable(Connection& connection);
    void on_unit(Connection& connection, const Unit& unit, SteadyTime now);
    void fill(Connection& connection, SteadyTime now);
    [[nodiscard]] bool is_drained() const;

    std::string protocol_;
    load::LoadOptions options_;
    load::Meter meter_;
    Connections connections_;
    std::vector<Caller> callers_;  ///< by index of the connection
    std::vector<Connection*> calling_;
    std::string payload_;
    load::LoadReport report_;
    std::uint64_t results_ = 0;
};

CallRun::CallRun(const std::string& protocol, const load::LoadOptions& options)
    : protocol_(protocol),
      options_(options),
      meter_(options),
      payload_(payload_text(options.payload_bytes, 0)) {
    report_.unit = "calls";
    const std::size_t callees = protocol == "echo" ? 0 : options_.callees;
    for (std::size_t i = 0; i < callees; ++i) open(i, Role::callee);
    for (std::size_t i = 0; i < options_.callers; ++i) {
        calling_.push_back(&open(i % options_.callees, Role::caller));
        callers_.back().is_caller = true;
        callers_.back().sent_at.resize(ring_size);
    }
    // The time of opening is no part of the warm-up.
    meter_ = load::Meter(options_);
}

Connection& CallRun::open(std::size_t procedure, Role role) {
    // Differs from run to run, for the server may still be parting from the last run's callees.
    const std::string name = "bench.procedure_" + std::to_string(1000 + ::getpid() % 9000) + "." +
                             std::to_string(procedure);
    callers_.emplace_back();
    return connections_.open(options_.target, make_protocol(protocol_, {role, name, callers_.size(),
                                                                        options_.payload_bytes}));
}

void CallRun::on_unit(Connection& connection, const Unit& unit, SteadyTime now) {
    Caller& caller = callers_[connection.index];
    if (unit.kind == Unit::Kind::invocation && !caller.is_caller) {
        return connection.protocol().answer(unit, connection.output());
    }
    if (unit.kind != Unit::Kind::result || unit.id == 0 || unit.id > caller.sent ||
        caller.answered == caller.sent) {
        throw std::runtime_error("a reply that was not asked for");
    }
    if (unit.id % 4096 == 1 && !unit.payload.empty() && text_of(unit.payload) != payload_) {
        throw std::runtime_error("the reply does not carry what the callee sent");
    }
    ++caller.answered;
    ++results_;
    if (meter_.is_measuring()) report_.latency.add(now - caller.sent_at[unit.id % ring_size]);
}

void CallRun::on_readable(Connection& connection) {
    const SteadyTime now = Clock::now();
    connection.read(connections_.buffer(),
                    [&](const Unit& unit) { on_unit(connection, unit, now); });
    if (callers_[connection.index].is_caller) return fill(connection, now);
    connection.flush();
}

void CallRun::fill(Connection& connection, SteadyTime now) {
    Caller& caller = callers_[connection.index];
    if (meter_.phase() != load::Meter::Phase::draining) {
        while (caller.sent - caller.answered < options_.in_flight) {
            caller.sent_at[++caller.sent % ring_size] = now;
            connection.protocol().call(caller.sent, connection.output());
        }
    }
    connection.flush();
}

bool CallRun::is_drained() const {
    for (const Caller& caller : callers_) {
        if (caller.answered != caller.sent) return false;
    }
    return true;
}

load::LoadReport CallRun::run() {
    for (Connection* connection : calling_) {
        fill(*connection, Clock::now());
        connections_.update(*connection);
    }
    while (meter_.phase() != load::Meter::Phase::draining || !is_drained()) {
        connections_.poll([this](Connection& connection) { on_readable(connection); });
        meter_.advance(Clock::now(), results_);
    }
    meter_.write_to(report_);
    return report_;
}

}  // namespace

load::LoadReport run_calls(const std::string& protocol, const load::LoadOptions& options) {
    return CallRun(protocol, options).run();
}

}  // namespace kreisel::compare
