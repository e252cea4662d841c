// A fleet of sensors and who listens to it: one room by prefix, one kind of sensor by wildcard.
#include "examples/client/main.hpp"
#include <kreisel/client.hpp>

#include <iostream>
#include <string>

namespace wamp = kreisel::client;
using boost::asio::awaitable;

namespace {

void show(const std::string& who, double value, const wamp::EventDetails& event) {
    std::cout << who << ": " << event.topic << " " << value << '\n';
}

awaitable<void> run(std::string url) {
    const auto session = co_await wamp::connect({url, "realm1"});
    co_await session.subscribe(
        {"com.example.kitchen.", wamp::with::match(wamp::MatchPolicy::prefix)},
        [](double value, wamp::EventDetails event) { show("kitchen", value, event); });
    co_await session.subscribe(
        {"com.example..heat", wamp::with::match(wamp::MatchPolicy::wildcard)},
        [](double value, wamp::EventDetails event) { show("heat", value, event); });

    const auto sensor = co_await wamp::connect({url, "realm1"});
    co_await sensor.publish({"com.example.kitchen.light", wamp::with::acknowledge()}, 0.5);
    co_await sensor.publish({"com.example.cellar.heat", wamp::with::acknowledge()}, 11.5);
    co_await sensor.publish({"com.example.cellar.light", wamp::with::acknowledge()}, 0.25);

    // The router sends in order: what it sent before this answer has come before it.
    co_await session.call("wamp.session.count");
    co_await sensor.leave();
    co_await session.leave();
}

}  // namespace

int main(int argc, char** argv) { return run_program(argc, argv, run); }
