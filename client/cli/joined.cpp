#include "client/cli/joined.hpp"

#include "client/cli/faults.hpp"

#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace kreisel::client {

Joined::Joined(const ConnectionOptions& options, Stay stay) : is_verbose_(options.is_verbose) {
    Settings settings = make_settings(options);
    settings.reconnect.at_start = options.wait.count() > 0;
    settings.reconnect.is_on = stay == Stay::standing || settings.reconnect.at_start;
    settings.on_state = [this](SessionState state, const Error* why) { on_state(state, why); };
    settings.on_problem = [](const std::string& what) { std::cerr << "kreisel: " << what << '\n'; };
    engine_ = std::make_shared<Engine>(loop_.executor(), std::move(settings));
    const auto waiter = std::make_shared<FutureWaiter<Identity>>();
    auto connecting = waiter->future();
    engine_->connect(waiter);
    const auto is_ready = [&connecting] { return Loop::is_ready(connecting); };
    if (options.wait.count() == 0) {
        loop_.run_until(is_ready);
    } else if (!loop_.run_for(options.wait, is_ready)) {
        throw NoSession(last_fault_.value_or(
            Error(uris::not_connected, {"the router did not let us in in time"})));
    }
    try {
        connecting.get();
    } catch (const Error& error) {
        throw NoSession(error);
    }
    session_ = Session(engine_);
    tell("session " + std::to_string(session_.identity().session.value) + " in " +
         session_.identity().realm + " as " + session_.identity().authid);
}

void Joined::tell(const std::string& what) const {
    if (is_verbose_) std::cerr << "kreisel: " + what + '\n' << std::flush;
}

void Joined::leave() {
    if (over_) throw NoSession(*over_);
    wait(session_.leave(boost::asio::use_future));
}

void Joined::on_state(SessionState state, const Error* why) {
    state_ = state;
    if (why == nullptr) {
        if (state == SessionState::joined && last_fault_) tell("connected again");
        return;
    }
    last_fault_ = *why;
    if (state == SessionState::over) over_ = *why;
    if (state == SessionState::waiting) tell(std::string("no connection: ") + why->what());
}

void print_line(const std::string& line) {
    const std::string text = line + '\n';
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
        std::fflush(stdout) == 0) {
        return;
    }
    // Nobody reads on, or the disk is full: whatever else we did would be in vain.
    std::perror("kreisel: standard output");
    std::exit(1);
}

}  // namespace kreisel::client
