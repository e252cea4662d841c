#include "client/cli/loop.hpp"

#include <csignal>

namespace kreisel::client {

Loop::Loop() : work_(context_.get_executor()), signals_(context_) {}

void Loop::end_on_signals() {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    wait_for_signal();
}

void Loop::wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& ec, int) {
        if (ec) return;
        ++signals_seen_;
        if (!is_hurried()) return wait_for_signal();
        // The system's own way for the next one.
        signals_.clear();
    });
}

}  // namespace kreisel::client
