// Load-balanced workers: three sessions share one procedure and take calls in turn.
#include "examples/client/main.hpp"
#include <kreisel/client.hpp>

#include <iostream>
#include <string>

namespace wamp = kreisel::client;
using boost::asio::awaitable;

namespace {

awaitable<wamp::Session> work(std::string url, std::string name) {
    auto session = co_await wamp::connect({url, "realm1"});
    const auto resize = [name](const std::string& picture) { return picture + " by " + name; };
    co_await session.provide(
        {"com.example.resize", wamp::with::invoke(wamp::InvokePolicy::roundrobin),
         wamp::with::concurrency(4)},
        resize);
    co_return session;
}

awaitable<void> run(std::string url) {
    const auto ann = co_await work(url, "ann");
    const auto bob = co_await work(url, "bob");
    const auto cleo = co_await work(url, "cleo");

    for (int i = 1; i <= 6; ++i) {
        const std::string picture = std::to_string(i) + ".png";
        std::cout << co_await ann.call<std::string>("com.example.resize", picture) << '\n';
    }
}

}  // namespace

int main(int argc, char** argv) { return run_program(argc, argv, run); }
