#include "router/server/caretaker.hpp"

#include "common/base/log.hpp"
#include "router/config/users_file.hpp"
#include "router/server/file_watch.hpp"
#include "router/server/router.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace kreisel {

namespace {

/// How often the files of certificates are looked at.
constexpr auto certificate_step = std::chrono::seconds{1};
/// How often files of users and keys are looked at.
constexpr auto file_step = std::chrono::milliseconds{500};

void tell_changes(const std::vector<std::string>& changes) {
    for (const auto& change : changes) {
        KREISEL_LOG(info, "configuration changed", {"what", change});
    }
}

}  // namespace

struct Caretaker::State {
    explicit State(boost::asio::io_context& context)
        : certificate_timer(context), file_timer(context) {}

    boost::asio::steady_timer certificate_timer;
    boost::asio::steady_timer file_timer;
    FileWatch files;
    bool is_stopping = false;
};

Caretaker::Caretaker(boost::asio::io_context& context, Router& router)
    : router_(router), state_(std::make_unique<State>(context)) {}

Caretaker::~Caretaker() = default;

void Caretaker::start() {
    look_at_certificates();
    state_->files.begin(watched_files(router_.config()));
    look_at_files();
}

void Caretaker::stop() {
    state_->is_stopping = true;
    state_->certificate_timer.cancel();
    state_->file_timer.cancel();
}

void Caretaker::before_reload() { state_->files.begin(watched_files(router_.config())); }

void Caretaker::after_reload(const std::vector<std::string>& changes) {
    tell_warnings(router_.config());
    tell_changes(changes);
    state_->files.keep(watched_files(router_.config()));
}

void Caretaker::look_at_certificates() {
    router_.look_at_certificates();
    state_->certificate_timer.expires_after(certificate_step);
    state_->certificate_timer.async_wait([this](const boost::system::error_code& ec) {
        if (!ec && !state_->is_stopping) look_at_certificates();
    });
}

void Caretaker::look_at_files() {
    state_->file_timer.expires_after(file_step);
    state_->file_timer.async_wait([this](const boost::system::error_code& ec) {
        if (ec || state_->is_stopping) return;
        const auto changed = state_->files.take_changed();
        if (!changed.empty()) reread_files();
        for (const auto& path : changed) KREISEL_LOG(debug, "file changed", {"file", path});
        look_at_files();
    });
}

void Caretaker::reread_files() {
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

void tell_warnings(const RouterConfig& config) {
    for (const auto& warning : config.warnings) {
        KREISEL_LOG(warning, "configuration", {"why", to_text(warning)});
    }
}

}  // namespace kreisel
