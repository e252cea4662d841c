// Calls and their ends: errors, timeouts, giving up.
#include "examples/client/main.hpp"
#include <kreisel/client.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <iostream>
#include <stop_token>
#include <string>

namespace wamp = kreisel::client;
using boost::asio::awaitable;

using namespace std::chrono_literals;

namespace {

awaitable<void> sleep_for(std::chrono::milliseconds time) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

/// Works until it is done or nobody wants the result any more.
awaitable<int> work(int steps, std::stop_token stop) {
    for (int i = 0; i < steps; ++i) {
        if (stop.stop_requested()) throw wamp::Error(wamp::uris::canceled);
        co_await sleep_for(10ms);
    }
    co_return steps;
}

awaitable<void> run(std::string url) {
    const auto session = co_await wamp::connect({url, "realm1"});
    co_await session.provide("com.example.work", work);

    const int steps = co_await session.call<int>("com.example.work", 2);
    std::cout << steps << " steps\n";

    const auto late = co_await session.call<int>({"com.example.work", wamp::with::timeout(50ms)},
                                                 100'000, wamp::as_result);
    if (!late) std::cout << late.error().uri() << '\n';

    std::stop_source source;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 50ms);
    timer.async_wait([&source](const boost::system::error_code&) { source.request_stop(); });
    const auto stopped = co_await session.call<int>(
        {"com.example.work", wamp::with::stop(source.get_token())}, 100'000, wamp::as_result);
    if (!stopped) std::cout << stopped.error().uri() << '\n';
    co_await session.leave();
}

}  // namespace

int main(int argc, char** argv) { return run_program(argc, argv, run); }
