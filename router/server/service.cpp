// Control thread only; the last lines of the log go out on a thread of their own.
#include "router/server/service.hpp"

#include "common/base/log.hpp"
#include "common/base/version.hpp"
#include "router/server/admin_server.hpp"
#include "router/server/caretaker.hpp"
#include "router/server/process.hpp"
#include "router/server/router.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <thread>

namespace kreisel {

namespace {

constexpr auto drain_step = std::chrono::milliseconds{20};
/// After the close frames: time for the peers to answer before the sockets go.
constexpr auto closing_max = std::chrono::milliseconds{1500};
/// Who reads the log may have stalled: its last lines are worth a second, not the exit.
constexpr auto log_end_max = std::chrono::seconds{1};

/// Writes what is left of the log. Nothing but the exit may follow, so a log that takes nothing any
/// more ends the process here.
void end_log() {
    std::promise<void> done;
    std::thread writer([&done] {
        log_shutdown();
        done.set_value();
    });
    if (done.get_future().wait_for(log_end_max) != std::future_status::ready) {
        std::_Exit(EXIT_SUCCESS);
    }
    writer.join();
}

}  // namespace

class Service::Loop {
  public:
    Loop(ServiceOptions options, RouterConfig config)
        : options_(std::move(options)),
          router_(std::move(config)),
          admin_(context_, router_),
          signals_(context_),
          timer_(context_),
          caretaker_(context_, router_) {}

    bool run();

  private:
    /// Of the listeners, and the admin address behind them.
    [[nodiscard]] std::vector<std::string> addresses() const;
    bool write_ready_file(const std::vector<std::string>& addresses) const;
    void print_start(const std::vector<std::string>& addresses) const;
    void warn_about_files() const;
    void wait_signal();
    void on_signal(int number);
    void reload();
    void begin_stop();
    void drain_step_done();
    void close_connections();
    void wait_closed();
    void end();

    ServiceOptions options_;
    boost::asio::io_context context_{1};
    Router router_;
    AdminServer admin_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer timer_;
    Caretaker caretaker_;
    bool is_stopping_ = false;
    int quiet_steps_ = 0;
    std::chrono::steady_clock::time_point stop_deadline_{};
};

Service::Service(ServiceOptions options, RouterConfig config)
    : loop_(std::make_unique<Loop>(std::move(options), std::move(config))) {}

Service::~Service() = default;

bool Service::run() { return loop_->run(); }

bool Service::Loop::run() {
    // A peer that went away is an error code of write(), never a signal.
    std::signal(SIGPIPE, SIG_IGN);
    // A file that may not grow is an error of write(), too.
    std::signal(SIGXFSZ, SIG_IGN);
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    signals_.add(SIGHUP);
    log_setup(router_.config().log_level, router_.config().log_format);
    stop_when_memory_runs_out();
    warn_about_files();
    tell_warnings(router_.config());
    // One that an earlier run left behind would tell addresses that nobody answers.
    if (!options_.ready_file.empty()) std::remove(options_.ready_file.c_str());
    if (const auto started = router_.start(); !started) {
        log_shutdown();
        std::fprintf(stderr, "kreisel: %s\n", started.error().c_str());
        return false;
    }
    if (const auto started = admin_.start(router_.config().admin); !started) {
        router_.stop();
        log_shutdown();
        std::fprintf(stderr, "kreisel: %s\n", started.error().c_str());
        return false;
    }
    const auto addresses = this->addresses();
    print_start(addresses);
    if (!write_ready_file(addresses)) {
        router_.stop();
        log_shutdown();
        std::fprintf(stderr, "kreisel: cannot write the ready file %s\n",
                     options_.ready_file.c_str());
        return false;
    }
    notify_service_manager("READY=1");
    caretaker_.start();
    wait_signal();
    context_.run();
    admin_.stop();
    router_.stop();
    if (!options_.ready_file.empty()) std::remove(options_.ready_file.c_str());
    end_log();
    return true;
}

void Service::Loop::print_start(const std::vector<std::string>& addresses) const {
    std::printf("Kreisel %s answers on\n", std::string(version()).c_str());
    for (const auto& address : addresses) std::printf("  %s\n", address.c_str());
    std::fflush(stdout);
}

std::vector<std::string> Service::Loop::addresses() const {
    std::vector<std::string> all = router_.addresses();
    if (std::string admin = admin_.address(); !admin.empty()) all.push_back(std::move(admin));
    return all;
}

bool Service::Loop::write_ready_file(const std::vector<std::string>& addresses) const {
    if (options_.ready_file.empty()) return true;
    // Whoever waits for the file must never see half of it.
    const std::string partial = options_.ready_file + ".new";
    {
        std::ofstream file(partial);
        for (const auto& address : addresses) file << address << '\n';
        file.close();
        if (!file) return false;
    }
    return std::rename(partial.c_str(), options_.ready_file.c_str()) == 0;
}

void Service::Loop::warn_about_files() const {
    const std::size_t wanted = router_.config().connections_max;
    const std::size_t fit = router_.connections_that_fit();
    if (wanted <= fit) return;
    KREISEL_LOG(warning, "the limit of open files is too low for max_connections",
                {"max_connections", wanted}, {"connections_that_fit", fit});
}

void Service::Loop::wait_signal() {
    signals_.async_wait([this](const boost::system::error_code& ec, int number) {
        if (ec) return;
        on_signal(number);
        wait_signal();
    });
}

void Service::Loop::on_signal(int number) {
    if (number == SIGHUP) {
        if (!is_stopping_) reload();
        return;
    }
    if (is_stopping_) {
        KREISEL_LOG(info, "second signal, stopping at once");
        return end();
    }
    begin_stop();
}

void Service::Loop::reload() {
    notify_reloading();
    caretaker_.before_reload();
    auto next = load_config(options_.config_path);
    if (!next) {
        for (const auto& error : next.error()) {
            KREISEL_LOG(error, "configuration not taken over", {"why", to_text(error)});
        }
        return notify_service_manager("READY=1");
    }
    const auto level = next->log_level;
    const auto format = next->log_format;
    const auto changes = router_.reload(std::move(*next));
    if (!changes) {
        KREISEL_LOG(error, "configuration not taken over", {"why", changes.error()});
    } else {
        log_setup(level, format);
        caretaker_.after_reload(*changes);
        KREISEL_LOG(info, "configuration taken over", {"file", options_.config_path},
                    {"changes", changes->size()});
        static_cast<void>(write_ready_file(addresses()));
    }
    notify_service_manager("READY=1");
}

void Service::Loop::begin_stop() {
    is_stopping_ = true;
    caretaker_.stop();
    KREISEL_LOG(info, "stopping", {"connections", router_.connection_count()});
    notify_service_manager("STOPPING=1");
    router_.begin_drain();
    stop_deadline_ = std::chrono::steady_clock::now() +
                     std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                         router_.config().drain_timeout);
    static_cast<void>(router_.pending_calls());
    drain_step_done();
}

void Service::Loop::drain_step_done() {
    timer_.expires_after(drain_step);
    timer_.async_wait([this](const boost::system::error_code& ec) {
        if (ec) return;
        // Twice in a row: the first figure may be older than the last call.
        quiet_steps_ = router_.pending_calls() == 0 ? quiet_steps_ + 1 : 0;
        const bool is_late = std::chrono::steady_clock::now() >= stop_deadline_;
        if (quiet_steps_ >= 3 || is_late) return close_connections();
        drain_step_done();
    });
}

void Service::Loop::close_connections() {
    router_.close_connections();
    stop_deadline_ = std::chrono::steady_clock::now() + closing_max;
    wait_closed();
}

void Service::Loop::wait_closed() {
    if (router_.connection_count() == 0 || std::chrono::steady_clock::now() >= stop_deadline_) {
        return end();
    }
    timer_.expires_after(drain_step);
    timer_.async_wait([this](const boost::system::error_code& ec) {
        if (!ec) wait_closed();
    });
}

void Service::Loop::end() {
    KREISEL_LOG(info, "stopped");
    context_.stop();
}

}  // namespace kreisel
