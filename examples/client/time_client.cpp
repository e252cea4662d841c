// Asks time_service.cpp for the time, twice: once as it must not.
#include <kreisel/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
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

int main(int argc, char** argv) {
    try {
        const std::string url = argc > 1 ? argv[1] : "ws://127.0.0.1:8080/ws";
        boost::asio::io_context context;
        boost::asio::co_spawn(context, run(url), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        context.run();
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
