// Asks time_service.cpp for the time, twice: once as it must not.
#include "examples/client/main.hpp"
#include <kreisel/client.hpp>

#include <chrono>
#include <iostream>
#include <string>

namespace wamp = kreisel::client;
using boost::asio::awaitable;

namespace {

awaitable<void> run(std::string url) {
    using Time = std::chrono::system_clock::time_point;
    const auto session = co_await wamp::connect({url, "realm1"});

    const auto here = co_await session.call<Time>("com.example.time", 0);
    const auto there = co_await session.call<Time>("com.example.time", 9);
    const auto ahead = std::chrono::round<std::chrono::hours>(there - here);
    std::cout << "Tokyo is " << ahead.count() << " hours ahead\n";

    try {
        co_await session.call<Time>("com.example.time", 99);
    } catch (const wamp::Error& error) {
        std::cout << error.uri() << '\n';
    }
    co_await session.leave();
}

}  // namespace

int main(int argc, char** argv) { return run_program(argc, argv, run); }
