// Reload: from one configuration to the next while sessions live on. What can fail comes first;
// what follows cannot.
#include "common/base/log.hpp"
#include "common/wamp/errors.hpp"
#include "router/server/connection.hpp"
#include "router/server/realm_host.hpp"
#include "router/server/router.hpp"

namespace kreisel {

tl::expected<Router::Stored, std::string> Router::open_stores(const RouterConfig& config) {
    Stored stored;
    for (const RealmConfig& realm : config.realms) {
        if (writer_ == nullptr || (view_ && view_->hosts.count(realm.name) > 0)) continue;
        auto opened = writer_->open(realm.name);
        if (!opened) {
            for (const auto& [name, store] : stored) writer_->close(name);
            return tl::unexpected(opened.error());
        }
        stored.emplace(realm.name, std::move(*opened));
    }
    return stored;
}

void Router::apply_realms(const RouterConfig& next, RouterView& view, Stored stored) {
    view.access = make_access(next, version_);
    view.settings.resize(std::max(view.settings.size(), in_process_listener + 1));
    view.settings[in_process_listener] = make_in_process_settings(next);
    for (const RealmConfig& realm : next.realms) {
        const auto old = view_ ? view_->hosts.find(realm.name) : decltype(view_->hosts.end()){};
        if (!view_ || old == view_->hosts.end()) {
            view.hosts.emplace(realm.name,
                               make_host(realm, *view.access, std::move(stored[realm.name])));
            continue;
        }
        view.hosts.emplace(realm.name, old->second);
        old->second->set_log_level(realm.log_level);
        old->second->set_access(version_, view.access->realms.at(realm.name)->permissions,
                                realm.limits);
        old->second->set_history(realm.history);
    }
}

tl::expected<std::vector<std::string>, std::string> Router::reload(RouterConfig next) {
    const ConfigChanges changes = compare(config_, next);
    std::vector<ListenerConfig> wanted;
    for (const ListenerConfig& listener : next.listeners) {
        const auto same = std::find_if(
            listeners_.begin(), listeners_.end(),
            [&listener](const Listener& l) { return l.config.address == listener.address; });
        if (same == listeners_.end()) wanted.push_back(listener);
    }
    const auto watches = open_watches(next.listeners);
    if (!watches) return tl::unexpected(watches.error());
    auto stored = open_stores(next);
    if (!stored) return tl::unexpected(stored.error());
    auto opened = open_listeners(wanted);
    if (!opened) {
        for (const auto& [name, store] : *stored) writer_->close(name);
        return tl::unexpected(opened.error());
    }

    ++version_;
    auto view = std::make_shared<RouterView>();
    view->settings = view_->settings;
    apply_realms(next, *view, std::move(*stored));
    std::vector<Listener> kept;
    std::vector<Listener> closing;
    for (Listener& listener : listeners_) {
        const auto same = std::find_if(next.listeners.begin(), next.listeners.end(),
                                       [&listener](const ListenerConfig& config) {
                                           return config.address == listener.config.address;
                                       });
        if (same == next.listeners.end()) {
            closing.push_back(std::move(listener));
            continue;
        }
        const auto certificates = find_watch(*watches, same->address);
        const bool is_changed =
            !(*same == listener.config) || certificates != listener.certificates;
        listener.config = *same;
        listener.certificates = certificates;
        if (is_changed) view->settings[listener.number] = make_settings(listener);
        kept.push_back(std::move(listener));
    }
    for (Listener& listener : *opened) {
        listener.certificates = find_watch(*watches, listener.config.address);
        view->settings.push_back(make_settings(listener));
        kept.push_back(std::move(listener));
    }
    const auto before = view_;
    listeners_ = std::move(kept);
    config_ = std::move(next);
    apply_limits();
    // Before anybody can ask by the new rules.
    auth_desk_.set_databases(config_);
    publish_view(view);
    for (const Listener& listener : listeners_) {
        const bool is_new = listener.number >= before->settings.size();
        if (is_new) start_accepting(listener);
    }
    for (const Listener& listener : closing) close_acceptor(listener);
    for (const auto& [name, host] : before->hosts) {
        if (view->hosts.count(name) > 0) continue;
        host->run(
            [](Realm& realm, Effects& effects) { realm.close_all(uris::close_realm, effects); });
        if (writer_ != nullptr) writer_->close(name);
    }
    for (const std::string& setting : changes.restart_needed) {
        KREISEL_LOG(warning, "a changed setting waits for a restart", {"what", setting});
    }
    return changes.words;
}

std::shared_ptr<CertificateWatch> Router::find_watch(const Watches& watches,
                                                     const std::string& address) {
    const auto found = watches.find(address);
    return found == watches.end() ? nullptr : found->second;
}

tl::expected<Router::Watches, std::string> Router::open_watches(
    const std::vector<ListenerConfig>& wanted) const {
    Watches watches;
    for (const ListenerConfig& listener : wanted) {
        if (!listener.tls.is_on()) continue;
        const auto running =
            std::find_if(listeners_.begin(), listeners_.end(), [&](const Listener& candidate) {
                return candidate.config.address == listener.address &&
                       candidate.config.tls == listener.tls && candidate.certificates != nullptr &&
                       !candidate.certificates->is_outdated();
            });
        if (running != listeners_.end()) {
            watches.emplace(listener.address, running->certificates);
            continue;
        }
        auto watch = CertificateWatch::open(listener.address, listener.tls, SystemClock{}.wall());
        if (!watch) return tl::unexpected(watch.error());
        watches.emplace(listener.address, std::move(*watch));
    }
    return watches;
}

void Router::look_at_certificates() {
    std::shared_ptr<RouterView> view;
    for (const Listener& listener : listeners_) {
        if (listener.certificates == nullptr) continue;
        if (!listener.certificates->look(SystemClock{}.wall())) continue;
        if (view == nullptr) view = std::make_shared<RouterView>(*view_);
        view->settings[listener.number] = make_settings(listener);
    }
    if (view != nullptr) publish_view(view);
}

void Router::publish_view(RouterViewPtr view) {
    view_ = std::move(view);
    for (auto& shard : shards_) {
        shard->post([shard = shard.get(), current = view_] {
            shard->set_view(current);
            shard->for_each_connection(
                [](Connection& connection) { connection.refresh_settings(); });
        });
    }
}

}  // namespace kreisel
