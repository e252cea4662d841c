// Knows that threads exist: the control thread and the shards. Shards get what they need by post.
#include "router/server/router.hpp"

#include "common/base/log.hpp"
#include "common/base/version.hpp"
#include "router/server/connection.hpp"
#include "router/server/open_stream.hpp"
#include "router/server/page.hpp"
#include "router/server/process.hpp"
#include "router/server/realm_host.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <thread>
#include <unistd.h>

namespace kreisel {

namespace {

unsigned shard_count_of(const RouterConfig& config) {
    if (config.shards > 0) return config.shards;
    return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

Router::Router(RouterConfig config)
    : config_(std::move(config)),
      auth_desk_(config_.password_checks),
      pending_calls_(std::make_shared<std::atomic<std::size_t>>(0)) {
    const std::size_t files = raise_file_limit();
    connections_that_fit_ = files > reserved_descriptors ? files - reserved_descriptors : 1;
    apply_limits();
    auth_desk_.set_databases(config_);
    for (unsigned i = 0; i < shard_count_of(config_); ++i) {
        shards_.push_back(std::make_unique<Shard>(*this, i));
    }
}

Router::~Router() {
    stop();
    // The first shard goes last: what others' queues still hold may have a timer there, and so do
    // listeners.
    listeners_.clear();
    while (!shards_.empty()) shards_.pop_back();
}

void Router::apply_limits() {
    connections_max_ = std::min<std::size_t>(config_.connections_max, connections_that_fit_);
    logins_max_ = config_.handshakes_max;
    connections_per_address_ = config_.connections_per_address;
    login_guard_.set_config(config_.login_throttle);
    cookie_jar_.set_cookies_max(config_.cookies_max);
}

bool Router::refuses_connection(Shard& shard) const {
    if (connections_.count() > connections_max_) {
        shard.metrics().reached(Limit::max_connections);
        return true;
    }
    if (logins_.count() > logins_max_) {
        shard.metrics().reached(Limit::handshakes_in_flight);
        return true;
    }
    return is_draining_;
}

tl::expected<void, std::string> Router::start() {
    if (!config_.storage.empty()) writer_ = std::make_unique<EventWriter>(config_.storage);
    auto stored = open_stores(config_);
    if (!stored) return tl::unexpected(stored.error());
    const auto watches = open_watches(config_.listeners);
    if (!watches) return tl::unexpected(watches.error());
    auto opened = open_listeners(config_.listeners);
    if (!opened) return tl::unexpected(opened.error());
    listeners_ = std::move(*opened);
    auto view = std::make_shared<RouterView>();
    apply_realms(config_, *view, std::move(*stored));
    for (auto& listener : listeners_) {
        listener.certificates = find_watch(*watches, listener.config.address);
        view->settings.push_back(make_settings(listener));
    }
    view_ = view;
    for (auto& shard : shards_) {
        shard->set_view(view_);
        shard->start();
    }
    is_running_ = true;
    for (const auto& listener : listeners_) start_accepting(listener);
    return {};
}

Router::Opened Router::open_listeners(const std::vector<ListenerConfig>& wanted) {
    std::vector<Listener> opened;
    for (const ListenerConfig& config : wanted) {
        AcceptorSettings settings{config.host,      config.port,       config.path,
                                  config.unix_mode, config.unix_owner, config.unix_group};
        auto acceptor = make_acceptor(shards_.front()->context(), settings);
        if (!acceptor) {
            for (const auto& listener : opened) listener.acceptor->close();
            next_listener_ -= opened.size();  // numbers are places in RouterView::settings
            return tl::unexpected(acceptor.error());
        }
        opened.push_back({config, next_listener_++, std::move(*acceptor)});
    }
    return opened;
}

void Router::start_accepting(const Listener& listener) {
    shards_.front()->post([this, acceptor = listener.acceptor, number = listener.number,
                           address = listener.config.address] {
        acceptor->start(
            [this, number](int descriptor, std::string peer) {
                on_accept(number, descriptor, std::move(peer));
            },
            [this, address](const std::string& trouble) {
                troubled_listeners_ += trouble.empty() ? -1 : 1;
                if (trouble.empty()) {
                    KREISEL_LOG(warning, "accepting again", {"listener", address});
                } else {
                    KREISEL_LOG(error, "cannot accept connections, trying again",
                                {"listener", address}, {"why", trouble});
                }
            });
    });
}

void Router::close_acceptor(const Listener& listener) {
    if (!is_running_) return listener.acceptor->close();
    shards_.front()->post([acceptor = listener.acceptor] { acceptor->close(); });
}

bool Router::is_overrun(ShardMetrics& metrics, std::string_view peer) const {
    if (connections_.count() < connections_max_ + refusals_max) return false;
    metrics.reached(Limit::max_connections);
    KREISEL_LOG(warning, "connection refused", {"peer", peer},
                {"why", "limit of connections reached"});
    return true;
}

Shard& Router::next_shard() {
    const unsigned turn = next_shard_.fetch_add(1, std::memory_order_relaxed);
    return *shards_[turn % shards_.size()];
}

void Router::on_accept(std::size_t listener, int descriptor, std::string peer) {
    ShardMetrics& metrics = shards_.front()->metrics();  // listeners live there
    metrics.connections_accepted.add();
    if (is_overrun(metrics, peer)) {
        ::close(descriptor);
        return;
    }
    connections_.enter();
    Shard& shard = next_shard();
    auto open = [&shard, listener, descriptor, peer = std::move(peer)] {
        const ConnectionSettingsPtr& settings = shard.view()->settings[listener];
        set_user_timeout(descriptor, std::chrono::duration_cast<std::chrono::milliseconds>(
                                         settings->listener.keep_alive.tcp_timeout));
        auto stream = open_stream(shard.context(), descriptor, peer, *settings);
        auto connection =
            std::make_shared<Connection>(shard, std::move(stream), listener, settings);
        shard.add(connection);
        connection->start();
    };
    if (shard.is_current()) {
        open();
    } else {
        shard.post(std::move(open));
    }
}

std::shared_ptr<RealmHost> Router::make_host(const RealmConfig& realm, const AccessSnapshot& access,
                                             EventWriter::Opened stored) {
    std::vector<Shard*> shards;
    for (const auto& shard : shards_) shards.push_back(shard.get());
    RealmOptions options{realm.name, realm.limits, access.realms.at(realm.name)->permissions,
                         realm.history};
    const auto store = stored.store;
    auto host = std::make_shared<RealmHost>(std::move(options), std::move(stored),
                                            std::move(shards), access.version);
    host->set_log_level(realm.log_level);
    if (store == nullptr) return host;
    writer_->listen(*store, [weak = std::weak_ptr(host)](const StoreOutcome& outcome) {
        const auto alive = weak.lock();
        if (alive == nullptr) return;
        alive->run(
            [outcome](Realm& running, Effects& effects) { running.on_stored(outcome, effects); });
    });
    return host;
}

ConnectionSettingsPtr Router::make_settings(const Listener& running) {
    const ListenerConfig& listener = running.config;
    auto websocket = std::make_shared<WebSocketServerSettings>();
    websocket->paths = listener.paths;
    for (const Encoding encoding : listener.serializers) {
        websocket->subprotocols.emplace_back(subprotocol_of(encoding, Framing::websocket));
        if (!listener.has_batched) continue;
        websocket->subprotocols.emplace_back(subprotocol_of(encoding, Framing::websocket_batched));
    }
    websocket->origins = listener.origins;
    websocket->message_bytes_max = listener.limits.hello_bytes_max;
    websocket->allow_deflate = listener.has_deflate;
    websocket->page = make_page(listener);
    websocket->server_name = agent();
    websocket->is_overloaded = [this] {
        Shard* shard = Shard::current();
        return shard != nullptr && refuses_connection(*shard);
    };
    if (listener.cookie) {
        websocket->set_cookie = [this, cookie = *listener.cookie](UpgradeInfo& info) {
            return offer_cookie(cookie, cookie_jar_, info);
        };
    }
    auto settings = std::make_shared<ConnectionSettings>();
    settings->listener = listener;
    settings->websocket = std::move(websocket);
    if (running.certificates != nullptr) settings->tls = running.certificates->context();
    settings->rawsocket.encodings = listener.serializers;
    settings->rawsocket.message_bytes_max = listener.limits.message_bytes_max;
    return settings;
}

std::vector<std::string> Router::addresses() const {
    std::vector<std::string> result;
    for (const auto& [config, number, acceptor, certificates] : listeners_) {
        const std::string secure = certificates == nullptr ? "" : "s";
        const bool is_unix = config.kind == ListenerConfig::Kind::unix_socket;
        const bool is_v6 = config.host.find(':') != std::string::npos;
        const std::string place = is_unix ? config.path
                                          : (is_v6 ? "[" + config.host + "]" : config.host) + ":" +
                                                std::to_string(acceptor->port());
        if (config.has_websocket) {
            std::string url = is_unix ? "ws+unix:" : "ws" + secure + "://";
            url += place;
            if (!is_unix) url += config.paths.empty() ? "/" : config.paths.front();
            result.push_back(std::move(url));
        }
        if (config.has_rawsocket) {
            result.push_back((is_unix ? "rs+unix:" : "rs" + secure + "://") + place);
        }
    }
    return result;
}

std::size_t Router::pending_calls() {
    auto sum = std::make_shared<std::atomic<std::size_t>>(0);
    auto left = std::make_shared<std::atomic<std::size_t>>(view_->hosts.size());
    for (const auto& [name, host] : view_->hosts) {
        host->run([sum, left, result = pending_calls_](Realm& realm, Effects&) {
            *sum += realm.counts().pending_calls;
            if (--*left == 0) *result = sum->load();
        });
    }
    return pending_calls_->load();
}

std::vector<std::string> Router::obstacles() {
    std::vector<std::string> found;
    if (is_draining_) found.emplace_back("the router is stopping");
    if (troubled_listeners_ > 0) found.emplace_back("a listener cannot accept connections");
    if (writer_ == nullptr) return found;
    for (const std::string& realm : writer_->failing_realms()) {
        found.push_back("events of realm " + realm + " cannot be stored");
    }
    return found;
}

RouterReading Router::reading() {
    RouterReading reading;
    for (const auto& shard : shards_) reading.shards.push_back(&shard->metrics());
    reading.connections = connections_.count();
    reading.connections_max = connections_max_;
    reading.handshakes = logins_.count();
    reading.is_ready = obstacles().empty();
    for (const Listener& listener : listeners_) {
        if (listener.certificates == nullptr) continue;
        for (const auto& certificate : listener.certificates->context()->certificates()) {
            reading.certificates.push_back(
                {listener.config.address, certificate.file, certificate.not_after});
        }
    }
    reading.password_checks = auth_desk_.password_checks();
    reading.user_databases = auth_desk_.user_databases();
    return reading;
}

std::map<std::string, std::shared_ptr<RealmHost>, std::less<>> Router::hosts() const {
    return view_->hosts;
}

void Router::begin_drain() {
    is_draining_ = true;
    for (const auto& listener : listeners_) close_acceptor(listener);
    listeners_.clear();
}

void Router::close_connections() {
    for (auto& shard : shards_) {
        shard->post([shard = shard.get()] {
            shard->for_each_connection(
                [](Connection& connection) { connection.finish_for_restart(); });
        });
    }
}

void Router::stop() {
    if (!is_running_) return;
    for (const auto& listener : listeners_) close_acceptor(listener);
    auth_desk_.stop();
    // Behind the acceptors' ends, so that a unix socket's file is gone.
    for (auto& shard : shards_) shard->stop();
    for (auto& shard : shards_) shard->join();
    // The last steps of the realms are behind; what they kept is not on disk yet.
    if (writer_ != nullptr) writer_->stop();
    // A realm's timer lives in the first shard's context, which must not go before it.
    for (auto& shard : shards_) shard->let_go();
    view_ = std::make_shared<RouterView>();
    is_running_ = false;
}

}  // namespace kreisel
