// Control thread only; the last lines of the log go out on a thread of their own.
#include "router/server/service.hpp"

#include "common/base/log.hpp"
#include "common/base/version.hpp"
#include "router/config/users_file.hpp"
#include "router/server/admin_server.hpp"
#include "router/server/file_watch.hpp"
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

/// How often the files of certificates are looked at.
constexpr auto certificate_step = std::chrono::seconds{1};
/// How often files of users and keys are looked at.
constexpr auto file_step = std::chrono::milliseconds{500};
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
          certificate_timer_(context_),
          file_timer_(context_) {}

    bool run();

  private:
    /// Of the listeners, and the admin address behind them.
    [[nodiscard]] std::vector<std::string> addresses() const;
    bool write_ready_file(const std::vector<std::string>& addresses) const;
    void print_start(const std::vector<std::string>& addresses) const;
    void warn_about_files() const;
    static void tell_warnings(const RouterConfig& config);
    void look_at_certificates();
    void wait_signal();
    void on_signal(int number);
    void reload();
    /// What changed in words, for the log; nothing was wrong.
    static void tell_changes(const std::vector<std::string>& changes);
    void look_at_files();
    void reread_files();
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
    boost::asio::steady_timer certificate_timer_;
    boost::asio::steady_timer file_timer_;
    FileWatch files_;
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
    look_at_certificates();
    files_.begin(watched_files(router_.config()));
    look_at_files();
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

void Service::Loop::tell_warnings(const RouterConfig& config) {
    for (const auto& warning : config.warnings) {
        KREISEL_LOG(warning, "configuration", {"why", to_text(warning)});
    }
}

void Service::Loop::look_at_certificates() {
    router_.look_at_certificates();
    certificate_timer_.expires_after(certificate_step);
    certificate_timer_.async_wait([this](const boost::system::error_code& ec) {
        if (!ec && !is_stopping_) look_at_certificates();
    });
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
    // Before they are read: a change meanwhile is noticed then.
    files_.begin(watched_files(router_.config()));
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
        tell_warnings(router_.config());
        tell_changes(*changes);
        files_.keep(watched_files(router_.config()));
        KREISEL_LOG(info, "configuration taken over", {"file", options_.config_path},
                    {"changes", changes->size()});
        static_cast<void>(write_ready_file(addresses()));
    }
    notify_service_manager("READY=1");
}

void Service::Loop::tell_changes(const std::vector<std::string>& changes) {
    for (const auto& change : changes) {
        KREISEL_LOG(info, "configuration changed", {"what", change});
    }
}

void Service::Loop::look_at_files() {
    file_timer_.expires_after(file_step);
    file_timer_.async_wait([this](const boost::system::error_code& ec) {
        if (ec || is_stopping_) return;
        const auto changed = files_.take_changed();
        if (!changed.empty()) reread_files();
        for (const auto& path : changed) KREISEL_LOG(debug, "file changed", {"file", path});
        look_at_files();
    });
}

void Service::Loop::reread_files() {
    auto next = kreisel::reread_files(router_.config());
    if (!next) {
        for (const auto& error : next.error()) {
            KREISEL_LOG(error, "changed file not taken over", {"why", to_text(error)});
        }
        return;
    }
    const auto changes = router_.reload(std::move(*next));
    if (!changes) {
        KREISEL_LOG(error, "changed file not taken over", {"why", changes.error()});
        return;
    }
    tell_changes(*changes);
    KREISEL_LOG(info, "changed files taken over", {"changes", changes->size()});
}

void Service::Loop::begin_stop() {
    is_stopping_ = true;
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
