#include "bench/load/patterns.hpp"

#include <algorithm>
#include <stdexcept>

namespace kreisel::load {

namespace {

/// They share their beginning with the topic, so that none is ruled out by its first letter.
Subscribe other_pattern(std::uint64_t number) {
    const std::string text = std::to_string(number);
    if (number % 2 == 0) {
        return {RequestId{number}, {{"match", "prefix"}}, "bench.topic.1" + text};
    }
    return {RequestId{number}, {{"match", "wildcard"}}, "bench..1" + text};
}

}  // namespace

Subscribe matching_pattern(std::size_t number) {
    if (number % 2 == 0) return {RequestId{1}, {{"match", "wildcard"}}, "bench..0"};
    return {RequestId{1}, {{"match", "prefix"}}, number % 4 == 1 ? "bench.topic" : "bench"};
}

std::unique_ptr<Session> hold_patterns(Poller& poller, const SessionSettings& settings,
                                       std::size_t count) {
    constexpr std::size_t at_once = 500;
    const SteadyTime deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    auto session = join(poller, settings, deadline);
    std::size_t asked = 0;
    while (asked < count) {
        const std::size_t end = std::min(asked + at_once, count);
        const std::size_t wanted = end - asked;
        while (asked < end) session->send(other_pattern(++asked));
        poller.update(*session);
        poller.poll_until([&] { return session->is_ended() || session->inbox().size() == wanted; },
                          deadline, "pattern subscriptions");
        require_alive(*session, "the holder of patterns");
        for (const Message& answer : session->inbox()) {
            if (std::holds_alternative<Subscribed>(answer)) continue;
            throw std::runtime_error("SUBSCRIBE was answered by " + describe(answer));
        }
        session->inbox().clear();
    }
    return session;
}

}  // namespace kreisel::load
