// Knows that threads exist: a name is written before the count of names that readers go by.
#include "router/server/metrics.hpp"

namespace kreisel {

std::string_view to_text(Limit limit) {
    switch (limit) {
        case Limit::max_connections:
            return "max_connections";
        case Limit::connections_per_address:
            return "connections_per_address";
        case Limit::handshakes_in_flight:
            return "handshakes_in_flight";
        case Limit::hello_timeout:
            return "hello_timeout";
        case Limit::hello_bytes_max:
            return "hello_bytes_max";
        case Limit::message_bytes_max:
            return "message_bytes_max";
        case Limit::nesting_max:
            return "nesting_max";
        case Limit::messages_per_second_max:
            return "messages_per_second_max";
        case Limit::bytes_per_second_max:
            return "bytes_per_second_max";
        case Limit::idle_timeout:
            return "idle_timeout";
        case Limit::outbox_bytes_max:
            return "outbox_bytes_max";
        case Limit::outbox_hard:
            return "outbox_hard";
        case Limit::pause_max:
            return "pause_max";
        case Limit::password_checks_waiting_max:
            return "password_checks.waiting_max";
        case Limit::user_database_waiting_max:
            return "user_database.waiting_max";
        case Limit::login_throttle:
            return "login_throttle";
    }
    return "";
}

std::string_view to_text(SessionEnd end) {
    switch (end) {
        case SessionEnd::goodbye:
            return "goodbye";
        case SessionEnd::lost:
            return "lost";
        case SessionEnd::violation:
            return "violation";
        case SessionEnd::slow_consumer:
            return "slow_consumer";
        case SessionEnd::unresponsive:
            return "unresponsive";
        case SessionEnd::idle:
            return "idle";
        case SessionEnd::closed:
            return "closed";
        case SessionEnd::refused:
            return "refused";
        case SessionEnd::stopped:
            return "stopped";
    }
    return "";
}

void LoginFailures::add(std::string_view method) {
    const std::size_t used = used_.load(std::memory_order_relaxed);
    std::size_t place = 0;
    while (place < used && names_[place] != method) ++place;
    if (place == used && used < names_max) {
        names_[place] = method;
        used_.store(used + 1, std::memory_order_release);
    }
    counts_[place < names_max ? place : names_max - 1].add();
}

}  // namespace kreisel
