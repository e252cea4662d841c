// The scenarios that are about connections: logins and idle (many sessions that stay), churn (many
// that do not). One thread, one epoll.

#include "bench/load/churn.hpp"
#include "bench/load/login.hpp"
#include "bench/load/process.hpp"
#include "bench/load/scenario.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <unordered_map>

namespace kreisel::load {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds login_time_max{60};

class LoginRun {
  public:
    explicit LoginRun(const LoadOptions& options) : options_(options) {}
    LoadReport run();

  private:
    [[nodiscard]] SessionSettings settings() const;
    void begin();
    void on_readable(Session& session);
    [[nodiscard]] bool is_raw() const { return options_.target.kind == Target::Kind::raw; }
    [[nodiscard]] bool is_welcome(Session& session);
    void say_hello(Session& session);
    void note_sizes(const Session& session);
    void log_everybody_in();
    void stay_idle(LoadReport& report);

    LoadOptions options_;
    Poller poller_;
    Sessions sessions_;
    std::unordered_map<const Session*, SteadyTime> waiting_;  ///< for their WELCOME, since
    std::unordered_map<const Session*, bool> has_said_hello_;
    std::unordered_map<const Session*, Joining> joining_;  ///< from HELLO to WELCOME
    /// Of the first log-in: octets of request, answer, HELLO and WELCOME.
    std::array<std::size_t, 4> sizes_{};
    std::size_t resumed_ = 0;
    LoadReport report_;
};

SessionSettings LoginRun::settings() const {
    SessionSettings how;
    how.target = options_.target;
    how.encoding = options_.encoding;
    how.realm = options_.realm;
    // Addresses in turn, since one has ports for 28,000 connections, closed ones included.
    how.source = static_cast<std::uint8_t>(1 + sessions_.size() % 16);
    how.resumes_tls = options_.resumes_tls;
    if (is_raw()) {
        const auto& bytes = options_.login_bytes;
        how.raw_hello = {RawRole::login, second_exchange(bytes[2], bytes[3]),
                         std::max<std::uint32_t>(bytes[0], raw_hello_bytes), bytes[1]};
    }
    return how;
}

void LoginRun::begin() {
    sessions_.push_back(std::make_unique<Session>(settings()));
    Session& session = *sessions_.back();
    waiting_[&session] = Clock::now();
    poller_.add(session);
}

void LoginRun::say_hello(Session& session) {
    if (&session == sessions_.front().get()) {
        sizes_[0] = session.sent_bytes();
        sizes_[1] = session.received_bytes();
    }
    if (!is_raw()) {
        return session.send(joining_.emplace(&session, settings()).first->second.hello());
    }
    session.put_filler(options_.login_bytes[2]);
    session.flush();
}

bool LoginRun::is_welcome(Session& session) {
    if (is_raw()) {
        return session.received_bytes() == options_.login_bytes[1] + options_.login_bytes[3];
    }
    if (session.inbox().empty()) return false;
    const auto next = joining_.at(&session).answer(session.inbox().front());
    session.inbox().clear();
    if (!next) return true;
    session.send(*next);
    return false;
}

void LoginRun::note_sizes(const Session& session) {
    if (&session != sessions_.front().get()) return;
    sizes_[2] = session.sent_bytes() - sizes_[0];
    sizes_[3] = session.received_bytes() - sizes_[1];
}

void LoginRun::on_readable(Session& session) {
    session.on_readable(poller_.buffer());
    require_alive(session, "session");
    const auto waiting = waiting_.find(&session);
    if (waiting == waiting_.end()) return session.inbox().clear();
    if (session.is_open() && !has_said_hello_[&session]) {
        has_said_hello_[&session] = true;
        say_hello(session);
    }
    if (!is_welcome(session)) return;
    session.inbox().clear();
    joining_.erase(&session);
    if (!is_raw()) note_sizes(session);
    if (session.is_resumed()) ++resumed_;
    report_.latency.add(Clock::now() - waiting->second);
    waiting_.erase(waiting);
    ++report_.count;
}

void LoginRun::log_everybody_in() {
    const SteadyTime start = Clock::now();
    const SteadyTime deadline = start + login_time_max;
    SteadyTime next_telling = start;
    while (report_.count < options_.sessions) {
        if (options_.on_progress && Clock::now() >= next_telling) {
            next_telling += std::chrono::seconds(1);
            const std::chrono::duration<double> passed = Clock::now() - start;
            options_.on_progress({"logging in", passed.count(), report_.count});
        }
        while (waiting_.size() < options_.in_flight && sessions_.size() < options_.sessions) {
            begin();
        }
        poller_.poll(std::chrono::milliseconds{20},
                     [this](Session& session) { on_readable(session); });
        if (Clock::now() > deadline) throw std::runtime_error("log-ins took over a minute");
    }
}

void LoginRun::stay_idle(LoadReport& report) {
    const double cpu = cpu_seconds(options_.pid);
    const SteadyTime start = Clock::now();
    const auto idle_time = std::chrono::duration<double>(options_.seconds);
    while (Clock::now() - start < idle_time) {
        poller_.poll(std::chrono::milliseconds{20},
                     [this](Session& session) { on_readable(session); });
    }
    report.figures.emplace_back("idle_cpu_percent",
                                (cpu_seconds(options_.pid) - cpu) * 100.0 / options_.seconds);
}

LoadReport LoginRun::run() {
    report_.unit = "logins";
    const bool has_pid = options_.pid != 0;
    const double cpu = has_pid ? cpu_seconds(options_.pid) : 0.0;
    const std::uint64_t memory = has_pid ? resident_bytes(options_.pid) : 0;
    const SteadyTime start = Clock::now();
    log_everybody_in();
    report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (has_pid) report_.cpu_seconds = cpu_seconds(options_.pid) - cpu;
    static constexpr std::array<const char*, 4> names{"request_bytes", "answer_bytes",
                                                      "hello_bytes", "welcome_bytes"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        report_.figures.emplace_back(names[i], static_cast<double>(sizes_[i]));
    }
    report_.figures.emplace_back("resumed", static_cast<double>(resumed_));
    if (options_.on_open) options_.on_open();
    if (!has_pid) return report_;
    stay_idle(report_);
    const auto grown =
        static_cast<double>(resident_bytes(options_.pid)) - static_cast<double>(memory);
    report_.figures.emplace_back("resident_mib",
                                 static_cast<double>(resident_bytes(options_.pid)) / 1048576.0);
    report_.figures.emplace_back("resident_kib_per_session",
                                 grown / 1024.0 / static_cast<double>(options_.sessions));
    return report_;
}

}  // namespace

LoadReport run_logins(const LoadOptions& options) { return LoginRun(options).run(); }

LoadReport run_churn(const LoadOptions& options) {
    Churn churn({.target = options.target,
                 .encoding = options.encoding,
                 .realm = options.realm,
                 .rate = options.rate,
                 .seconds = options.seconds,
                 .seed = options.seed});
    LoadReport report;
    report.unit = "connections";
    const bool has_pid = options.pid != 0;
    const double cpu = has_pid ? cpu_seconds(options.pid) : 0.0;
    const std::uint64_t before = has_pid ? resident_bytes(options.pid) : 0;
    const ChurnReport done = churn.run();
    report.count = done.total();
    report.seconds = done.seconds;
    report.latency = done.login_latency;
    for (std::size_t i = 0; i < departure_count; ++i) {
        report.figures.emplace_back(to_text(static_cast<Departure>(i)),
                                    static_cast<double>(done.visits[i]));
    }
    report.figures.emplace_back("at_once_max", static_cast<double>(done.at_once_max));
    if (!has_pid) return report;
    report.cpu_seconds = cpu_seconds(options.pid) - cpu;
    report.figures.emplace_back("resident_mib_before", static_cast<double>(before) / 1048576.0);
    report.figures.emplace_back("resident_mib_after",
                                static_cast<double>(resident_bytes(options.pid)) / 1048576.0);
    return report;
}

}  // namespace kreisel::load
