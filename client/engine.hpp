#pragma once
// Engine: keeps one session alive. Dials, logs in, hands messages between the link and the
// SessionCore, waits and comes back when the connection goes.
//
// What Session and its kin stand on; users do not name it. Everything happens on its strand; run()
// brings work there from any thread.

#include "client/core/backoff.hpp"
#include "client/core/session_core.hpp"
#include "client/net/tenancy.hpp"
#include "client/settings.hpp"
#include "common/base/clock.hpp"
#include "common/base/random.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace kreisel {
class Stream;
class TlsClientContext;
class TlsTicket;
}  // namespace kreisel

namespace kreisel::client {

class Link;
class Dial;
struct Url;

class Engine final : public MessageOutlet,
                     public Tenant,
                     public std::enable_shared_from_this<Engine> {
  public:
    using Strand = boost::asio::strand<boost::asio::any_io_executor>;

    Engine(const boost::asio::any_io_executor& executor, Settings settings);
    ~Engine() override;

    [[nodiscard]] const Strand& strand() const { return strand_; }
    /// Where handlers of events and procedures run.
    [[nodiscard]] boost::asio::any_io_executor handler_executor() const;
    [[nodiscard]] const Settings& settings() const { return settings_; }

    /// Begins; `waiter` is told when the session has joined or will not.
    void connect(std::shared_ptr<Waiter<Identity>> waiter);
    /// GOODBYE, the router's answer, the end of the connection; bounded. Any thread.
    /// `stop`: the session goes on leaving, but `waiter` waits no more.
    void leave(std::string reason, const std::stop_token& stop,
               std::shared_ptr<Waiter<void>> waiter);
    /// Ends a session that has not joined yet, with wamp.error.canceled. On the strand.
    void stop_joining();
    /// Ends at once. Whoever waits is told uris::closed. Any thread.
    void close();

    /// Calls `work(SessionCore&, Effects&)` on the strand; at once if this is it already. Any
    /// thread.
    template <class Work>
    void run(Work work) {
        // What handlers ask for is mostly asked for here; dispatch() would find out, but dearly.
        if (strand_.running_in_this_thread()) return step(work);
        boost::asio::dispatch(strand_, [self = shared_from_this(),
                                        work = std::move(work)]() mutable { self->step(work); });
    }

    /// The same, but never before what is at work has returned.
    template <class Work>
    void run_later(Work work) {
        boost::asio::post(strand_, [self = shared_from_this(), work = std::move(work)]() mutable {
            self->step(work);
        });
    }

    /// How long somebody waits until more may be sent, at most.
    struct HeldUp {
        std::optional<TimePoint> deadline{};
        std::stop_token stop{};
    };
    /// Tells `waiter` when little enough waits to be sent that more may come. On the strand.
    void when_writable(std::shared_ptr<Waiter<void>> waiter, const HeldUp& limits);
    /// `timeout` from now; 0: never.
    [[nodiscard]] std::optional<TimePoint> deadline_after(Milliseconds timeout) const;
    [[nodiscard]] bool is_writable() const;
    /// Tells `Settings::on_problem` what the user's own code did. Any thread.
    void report(const std::string& what) const;
    /// Who the session is, or was last. Any thread.
    [[nodiscard]] Identity identity() const;
    /// Holds the reading of the connection while at least one wants it. On the strand.
    void hold_reading();
    void release_reading();

    // --- MessageOutlet, for the core ---
    Delivery send(const Message& message) override;
    [[nodiscard]] bool is_full() const override;

    // --- Tenant ---
    void on_context_end() override;

  private:
    class Connection;

    template <class Work>
    void step(Work& work) {
        core_.set_time(clock_.now());
        work(core_, effects_);
        settle();
    }
    void settle();

    // --- the life of connections ---
    void begin_round();
    void try_next_url();
    void connect_in_process();
    void open_link(const Url& url, std::unique_ptr<Stream> stream);
    void on_attempt_failed(Error why);
    void on_joined();
    void on_core_end(const CoreEnd& end);
    /// Publishers that were held up are told `why`.
    void drop_link(const Error& why);
    void finish(const Error& why);
    void set_state(SessionState state, const Error* why);
    /// While nobody has a handle yet, what is under way keeps the session alive.
    [[nodiscard]] std::shared_ptr<Engine> kept_while_joining();
    void arm_core_timer();
    /// Those who were held up too long.
    void expire_writable();
    /// `who`, if it is held up or leaving, is told wamp.error.canceled.
    void stop_waiting(const Waiter<void>& who);
    void cancel_life_timer();
    void arm_life_timer(Milliseconds after, std::function<void()> then);

    // --- told by the link ---
    void on_open();
    void on_message(Message message);
    void on_writable();
    void on_link_lost(Error why);

    Settings settings_;
    Strand strand_;
    SystemClock clock_;
    SystemRandom random_;
    SessionCore core_;
    Effects effects_{*this};
    Backoff backoff_;
    SessionState state_ = SessionState::waiting;
    std::vector<std::string> urls_;
    std::size_t next_url_ = 0;
    std::shared_ptr<Dial> dial_;
    std::shared_ptr<Link> link_;
    /// Hears the link; another one for each connection.
    std::shared_ptr<Connection> connection_;
    boost::asio::steady_timer core_timer_;
    boost::asio::steady_timer life_timer_;
    std::shared_ptr<const TlsClientContext> tls_;
    /// Resumes the TLS session of the connection before.
    std::shared_ptr<TlsTicket> ticket_;
    std::optional<TimePoint> core_timer_at_;
    /// Of the timer for the life of connections: a handler that was on its way when the timer was
    /// set anew finds another number.
    std::uint64_t life_epoch_ = 0;
    std::shared_ptr<Waiter<Identity>> joining_;
    std::vector<std::shared_ptr<Waiter<void>>> leaving_;
    struct Writer {
        std::shared_ptr<Waiter<void>> waiter;
        std::optional<TimePoint> deadline;
    };
    std::vector<Writer> writable_;
    /// Of the first of them, or of one that is gone.
    std::optional<TimePoint> writable_deadline_;
    std::size_t reading_holds_ = 0;
    /// Written on the strand, read by anybody (ADR 22).
    mutable std::mutex identity_mutex_;
    Identity identity_;
    Tenancy tenancy_;
    bool is_settling_ = false;
    bool was_joined_ = false;
    bool is_leaving_ = false;
};

namespace detail {

/// Where what concerns `engine` is told; without one on a thread of the system's.
[[nodiscard]] boost::asio::any_io_executor executor_of(const std::shared_ptr<Engine>& engine);

}  // namespace detail

}  // namespace kreisel::client
