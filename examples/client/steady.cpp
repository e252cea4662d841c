// A session that comes back by itself: procedures and subscriptions stand again after each loss.
#include "examples/client/main.hpp"
#include <kreisel/client.hpp>

#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <iostream>
#include <string>

namespace wamp = kreisel::client;
using boost::asio::awaitable;

using namespace std::chrono_literals;

namespace {

wamp::Settings steady_settings(const std::string& url) {
    wamp::Settings settings(url, "realm1");
    settings.more_urls.push_back("tcp://127.0.0.1:8081");
    settings.reconnect.at_start = true;
    settings.reconnect.first = 50ms;
    settings.reconnect.longest = 10s;
    settings.while_offline = wamp::WhileOffline::wait;
    settings.ping_interval = 5s;
    settings.on_state = [](wamp::SessionState state, const wamp::Error* why) {
        if (state == wamp::SessionState::joined) std::cout << "joined" << std::endl;
        if (state == wamp::SessionState::waiting && why != nullptr) {
            std::cout << "lost" << std::endl;
            std::cerr << why->what() << '\n';
        }
    };
    return settings;
}

awaitable<void> run(std::string url) {
    const auto session = co_await wamp::connect(steady_settings(url));
    co_await session.provide("com.example.add", [](int a, int b) { return a + b; });
    std::cout << "serving" << std::endl;

    boost::asio::signal_set signals(co_await boost::asio::this_coro::executor, SIGINT, SIGTERM);
    co_await signals.async_wait(boost::asio::use_awaitable);
    std::cout << co_await session.call<int>("com.example.add", 2, 3) << '\n';
    co_await session.leave();
}

}  // namespace

int main(int argc, char** argv) { return run_program(argc, argv, run); }
