// A service: tells the time until it is stopped by Ctrl-C. See time_client.cpp.
#include <kreisel/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <string>

namespace wamp = kreisel::client;
using boost::asio::awaitable;
using Clock = std::chrono::system_clock;

namespace {

/// The time in a zone, as hours from UTC.
Clock::time_point time_at(int zone) {
    if (zone < -12 || zone > 14) throw wamp::Error("com.example.error.no_zone", {zone});
    return Clock::now() + std::chrono::hours(zone);
}

awaitable<void> serve(std::string url) {
    const auto session = co_await wamp::connect({url, "realm1"});
    co_await session.provide("com.example.time", time_at);
    std::cout << "serving" << std::endl;

    boost::asio::signal_set signals(co_await boost::asio::this_coro::executor, SIGINT, SIGTERM);
    co_await signals.async_wait(boost::asio::use_awaitable);
    co_await session.leave();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::string url = argc > 1 ? argv[1] : "ws://127.0.0.1:8080/ws";
        boost::asio::io_context context;
        boost::asio::co_spawn(context, serve(url), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        context.run();
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
