// Knows that threads exist: the caller's, the control thread of the router, and those on which
// sessions of the program connect.
#include "common/base/log.hpp"
#include "common/net/connector.hpp"
#include "router/config/config.hpp"
#include "router/embedded/include/kreisel/router.hpp"
#include "router/server/admin_server.hpp"
#include "router/server/caretaker.hpp"
#include "router/server/router.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <future>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

namespace kreisel {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// How often a stopping router looks whether all is over.
constexpr auto stop_step = std::chrono::milliseconds{5};
/// How often in a row nothing may be under way: the first figure may be older than the last call.
constexpr int quiet_looks = 3;
/// After the close frames: time for the peers to answer before the sockets go.
constexpr auto closing_max = std::chrono::milliseconds{1500};

/// What stands in errors for the name of a file.
constexpr auto text_name = "(text)";

RouterConfig read(const Realms& realms) {
    const auto* file = std::get_if<RealmsFile>(&realms);
    ConfigResult config = file != nullptr ? load_config(file->path, NoListeners::allowed)
                                          : parse_config(std::get<RealmsText>(realms).yaml,
                                                         text_name, NoListeners::allowed);
    if (config) return std::move(*config);
    std::string text;
    for (const ConfigError& error : config.error()) {
        text += (text.empty() ? "" : "\n") + to_text(error);
    }
    throw RouterError(text);
}

/// Where sessions of the program come in. Outlives the router: connectors hold it (ADR 24).
struct Door {
    std::mutex mutex;
    Router* router = nullptr;  ///< while it runs
};

class DoorConnector final : public Connector {
  public:
    DoorConnector(std::shared_ptr<Door> door, LocalFacts facts)
        : door_(std::move(door)), facts_(std::move(facts)) {}

    tl::expected<std::unique_ptr<Stream>, std::string> connect(
        const Strand& strand) const override {
        const std::lock_guard guard(door_->mutex);
        if (door_->router == nullptr) {
            return tl::unexpected(std::string("the router in this process does not run"));
        }
        return door_->router->open_in_process(strand, facts_);
    }

  private:
    std::shared_ptr<Door> door_;
    LocalFacts facts_;
};

/// A router that runs, and its control thread.
class Running {
  public:
    explicit Running(const RouterConfig& config)
        : router_(config), admin_(context_, router_), caretaker_(context_, router_) {
        if (const auto started = router_.start(); !started) throw RouterError(started.error());
        if (const auto started = admin_.start(config.admin); !started) {
            router_.stop();
            throw RouterError(started.error());
        }
        caretaker_.start();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~Running() {
        ask([this] {
            drain();
            context_.stop();
        });
        thread_.join();
        admin_.stop();
        router_.stop();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    [[nodiscard]] Router& router() { return router_; }

    /// Has the control thread do `task` and waits for it.
    template <class Task>
    std::invoke_result_t<Task&> ask(Task task) {
        std::packaged_task<std::invoke_result_t<Task&>()> packaged(std::move(task));
        auto done = packaged.get_future();
        boost::asio::post(context_, [&packaged] { packaged(); });
        return done.get();
    }

    [[nodiscard]] std::vector<std::string> addresses() {
        return ask([this] {
            std::vector<std::string> all = router_.addresses();
            if (std::string admin = admin_.address(); !admin.empty()) {
                all.push_back(std::move(admin));
            }
            return all;
        });
    }

    [[nodiscard]] tl::expected<std::vector<std::string>, std::string> reload(RouterConfig next) {
        return ask([this, &next] {
            caretaker_.before_reload();
            auto changes = router_.reload(std::move(next));
            if (changes) caretaker_.after_reload(*changes);
            return changes;
        });
    }

  private:
    /// Lets calls end, then everybody go. On the control thread, which has nothing else to do any
    /// more.
    void drain() {
        caretaker_.stop();
        router_.begin_drain();
        const auto drained = SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(
                                                      router_.config().drain_timeout);
        static_cast<void>(router_.pending_calls());
        int quiet = 0;
        while (router_.connection_count() > 0 && quiet < quiet_looks &&
               SteadyClock::now() < drained) {
            std::this_thread::sleep_for(stop_step);
            quiet = router_.pending_calls() == 0 ? quiet + 1 : 0;
        }
        router_.close_connections();
        const auto closed = SteadyClock::now() + closing_max;
        while (router_.connection_count() > 0 && SteadyClock::now() < closed) {
            std::this_thread::sleep_for(stop_step);
        }
    }

    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ =
        boost::asio::make_work_guard(context_);
    Router router_;
    AdminServer admin_;
    Caretaker caretaker_;
    std::thread thread_;
};

}  // namespace

/// One caller at a time; sessions that connect do not come here.
class EmbeddedRouter::Control {
  public:
    explicit Control(const Realms& realms) : config_(read(realms)) {}

    void start() {
        const std::lock_guard guard(mutex_);
        if (running_ != nullptr) throw RouterError("the router runs already");
        log_setup(config_.log_level, config_.log_format);
        tell_warnings(config_);
        running_ = std::make_unique<Running>(config_);
        open(&running_->router());
    }

    [[nodiscard]] std::vector<std::string> addresses() const {
        const std::lock_guard guard(mutex_);
        return running_ == nullptr ? std::vector<std::string>() : running_->addresses();
    }

    [[nodiscard]] std::vector<std::string> reload(const Realms& realms) {
        RouterConfig next = read(realms);
        const std::lock_guard guard(mutex_);
        std::vector<std::string> changes = compare(config_, next).words;
        if (running_ != nullptr) {
            auto done = running_->reload(next);
            if (!done) throw RouterError(done.error());
            changes = std::move(*done);
        }
        config_ = std::move(next);
        log_setup(config_.log_level, config_.log_format);
        return changes;
    }

    [[nodiscard]] std::shared_ptr<const Connector> connector(std::string_view role,
                                                             std::string_view authid) const {
        return std::make_shared<DoorConnector>(door_,
                                               LocalFacts{std::string(role), std::string(authid)});
    }

    void stop() {
        const std::lock_guard guard(mutex_);
        open(nullptr);
        running_.reset();
    }

  private:
    void open(Router* router) {
        const std::lock_guard guard(door_->mutex);
        door_->router = router;
    }

    mutable std::mutex mutex_;  ///< guards all but the door
    RouterConfig config_;
    std::shared_ptr<Door> door_ = std::make_shared<Door>();
    std::unique_ptr<Running> running_;
};

EmbeddedRouter::EmbeddedRouter(const Realms& realms)
    : control_(std::make_unique<Control>(realms)) {}

EmbeddedRouter::~EmbeddedRouter() { stop(); }

void EmbeddedRouter::start() { control_->start(); }

std::vector<std::string> EmbeddedRouter::addresses() const { return control_->addresses(); }

std::vector<std::string> EmbeddedRouter::reload(const Realms& realms) {
    return control_->reload(realms);
}

std::shared_ptr<const Connector> EmbeddedRouter::connector(std::string_view role,
                                                           std::string_view authid) const {
    return control_->connector(role, authid);
}

void EmbeddedRouter::stop() { control_->stop(); }

}  // namespace kreisel
