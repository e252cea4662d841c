// A stock ticker: publishes prices until it is stopped by Ctrl-C. ticker.html draws them.
#include "examples/client/main.hpp"
#include <kreisel/client.hpp>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <iostream>
#include <random>
#include <string>

namespace wamp = kreisel::client;
using boost::asio::awaitable;

using namespace std::chrono_literals;

namespace {

struct Stock {
    std::string topic;
    double price = 100;
};

awaitable<void> run(std::string url) {
    const auto session = co_await wamp::connect({url, "realm1"});
    auto running = true;
    boost::asio::signal_set signals(co_await boost::asio::this_coro::executor, SIGINT, SIGTERM);
    signals.async_wait([&running](const boost::system::error_code&, int) { running = false; });

    std::array stocks{Stock{"com.example.price.acme"}, Stock{"com.example.price.umbrella"}};
    std::mt19937 random{std::random_device()()};
    std::normal_distribution<double> change(0, 0.01);
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    std::cout << "trading" << std::endl;
    while (running) {
        for (Stock& stock : stocks) {
            stock.price *= 1 + change(random);
            // The router keeps the last price for pages that are opened later.
            co_await session.publish({stock.topic, wamp::with::retain()}, stock.price);
        }
        timer.expires_after(100ms);
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_await session.leave();
}

}  // namespace

int main(int argc, char** argv) { return run_program(argc, argv, run); }
