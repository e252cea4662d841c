#pragma once
// Router: the whole of it, embeddable: shards, realms, listeners; start, reload, drain, stop.
//
// Owned by main (or by an embedding program) and driven from one control thread, which is not a
// shard. Shards read what they need from the RouterView they are given.
//
//     Router router(*load_config("realms.yaml"));
//     if (auto started = router.start(); !started) ...
//     for (const auto& address : router.addresses()) std::cout << address << '\n';

#include "common/net/acceptor.hpp"
#include "common/net/memory_stream.hpp"
#include "router/config/config.hpp"
#include "router/server/address_table.hpp"
#include "router/server/auth_desk.hpp"
#include "router/server/certificate_watch.hpp"
#include "router/server/cookie_jar.hpp"
#include "router/server/login_guard.hpp"
#include "router/server/metrics_text.hpp"
#include "router/server/router_view.hpp"
#include "router/server/shard.hpp"
#include "router/storage/event_writer.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kreisel {

/// How many connections there are, and how many of them have not joined yet. Any thread.
class Occupancy {
  public:
    void enter() { count_.fetch_add(1, std::memory_order_relaxed); }
    void leave() { count_.fetch_sub(1, std::memory_order_relaxed); }
    [[nodiscard]] std::size_t count() const { return count_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::size_t> count_{0};
};

/// Number of the listener that is none.
inline constexpr std::size_t in_process_listener = 0;

class Router {
  public:
    explicit Router(RouterConfig config);
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    // --- control thread ---
    /// Opens every listener, then starts the shards. The error is one sentence for the operator,
    /// and nothing runs.
    [[nodiscard]] tl::expected<void, std::string> start();
    /// `ws://127.0.0.1:8080/ws`, `rs://127.0.0.1:8080`, `wss:` and `rss:` with TLS,
    /// `ws+unix:/run/k.sock`: to connect to.
    [[nodiscard]] std::vector<std::string> addresses() const;
    /// Goes over to `next`, all or nothing: an error changes nothing. Returns what changed, in
    /// words.
    [[nodiscard]] tl::expected<std::vector<std::string>, std::string> reload(RouterConfig next);
    /// Re-reads certificates that have changed, for new connections; to be called every few
    /// seconds.
    void look_at_certificates();
    /// Stops accepting; sessions go on.
    void begin_drain();
    /// Calls without an answer, as of a moment ago. Asks anew with each call.
    [[nodiscard]] std::size_t pending_calls();
    /// Closes every connection so that clients reconnect elsewhere (1012, no GOODBYE).
    void close_connections();
    [[nodiscard]] std::size_t connection_count() const { return connections_.count(); }
    /// What keeps new clients out: drain, listeners that cannot accept, storage that fails.
    [[nodiscard]] std::vector<std::string> obstacles();
    /// The numbers that need no answer of a realm.
    [[nodiscard]] RouterReading reading();
    [[nodiscard]] const std::vector<std::unique_ptr<Shard>>& shards() const { return shards_; }
    [[nodiscard]] std::map<std::string, std::shared_ptr<RealmHost>, std::less<>> hosts() const;
    /// Ends the shards' threads at once. Idempotent; also done by the destructor.
    void stop();
    [[nodiscard]] const RouterConfig& config() const { return config_; }
    /// Soft limit of open files as raised at start, and how many connections fit under it.
    [[nodiscard]] std::size_t connections_that_fit() const { return connections_that_fit_; }

    // --- any thread ---
    /// A connection within this process, while the router runs: the end of its peer, who is told on
    /// `strand`.
    [[nodiscard]] std::unique_ptr<Stream> open_in_process(const Strand& strand, LocalFacts facts);
    [[nodiscard]] Occupancy& logins() { return logins_; }
    [[nodiscard]] Occupancy& connections() { return connections_; }
    [[nodiscard]] AddressTable& addresses_in_use() { return addresses_in_use_; }
    /// 0: no limit.
    [[nodiscard]] std::size_t connections_per_address() const { return connections_per_address_; }
    [[nodiscard]] AuthDesk& auth_desk() { return auth_desk_; }
    [[nodiscard]] LoginGuard& login_guard() { return login_guard_; }
    [[nodiscard]] CookieJar& cookie_jar() { return cookie_jar_; }
    /// Whether a connection that has just come is one too many, or the router is stopping. Counted
    /// by the shard that asks.
    [[nodiscard]] bool refuses_connection(Shard& shard) const;

  private:
    struct Listener {
        ListenerConfig config;
        std::size_t number = 0;
        std::shared_ptr<Acceptor> acceptor;
        std::shared_ptr<CertificateWatch> certificates{};  ///< nullptr without TLS
    };
    /// By address of the listener.
    using Watches = std::map<std::string, std::shared_ptr<CertificateWatch>>;
    using Opened = tl::expected<std::vector<Listener>, std::string>;

    [[nodiscard]] Opened open_listeners(const std::vector<ListenerConfig>& wanted);
    /// Of all listeners with TLS; those that still hold are taken over from the running ones.
    [[nodiscard]] tl::expected<Watches, std::string> open_watches(
        const std::vector<ListenerConfig>& wanted) const;
    [[nodiscard]] static std::shared_ptr<CertificateWatch> find_watch(const Watches& watches,
                                                                      const std::string& address);
    void start_accepting(const Listener& listener);
    void on_accept(std::size_t listener, int descriptor, std::string peer);
    /// Whether one more connection would get no answer at all; counted at the shard that asks.
    [[nodiscard]] bool is_overrun(ShardMetrics& metrics, std::string_view peer) const;
    [[nodiscard]] Shard& next_shard();
    void close_acceptor(const Listener& listener);
    [[nodiscard]] std::shared_ptr<RealmHost> make_host(const RealmConfig& realm,
                                                       const AccessSnapshot& access,
                                                       EventWriter::Opened stored);
    /// What was kept of each realm that does not run yet; reads files.
    using Stored = std::map<std::string, EventWriter::Opened>;
    [[nodiscard]] tl::expected<Stored, std::string> open_stores(const RouterConfig& config);
    [[nodiscard]] ConnectionSettingsPtr make_settings(const Listener& listener);
    /// Of connections within this process, number in_process_listener.
    [[nodiscard]] static ConnectionSettingsPtr make_in_process_settings(const RouterConfig& config);
    void publish_view(RouterViewPtr view);
    void apply_realms(const RouterConfig& next, RouterView& view, Stored stored);
    void apply_limits();

    RouterConfig config_;
    std::uint64_t version_ = 1;
    std::size_t connections_that_fit_ = 0;
    Occupancy logins_;
    Occupancy connections_;
    AuthDesk auth_desk_;
    LoginGuard login_guard_;
    CookieJar cookie_jar_;
    std::atomic<std::size_t> connections_max_{0};
    std::atomic<std::size_t> logins_max_{0};
    std::atomic<std::size_t> connections_per_address_{0};
    AddressTable addresses_in_use_;
    std::atomic<bool> is_draining_{false};
    /// Listeners that cannot accept at the moment.
    std::atomic<int> troubled_listeners_{0};
    bool is_running_ = false;

    /// Absent without `storage`. Realms, which shards may hold, write to it to their end.
    std::unique_ptr<EventWriter> writer_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::atomic<unsigned> next_shard_{0};
    std::vector<Listener> listeners_;
    std::size_t next_listener_ = in_process_listener + 1;
    RouterViewPtr view_;
    std::shared_ptr<std::atomic<std::size_t>> pending_calls_;
};

}  // namespace kreisel
