// Without coroutines: a thread for the session, a pool for the handlers, futures and callbacks.
#include <kreisel/client.hpp>

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <exception>
#include <future>
#include <iostream>
#include <string>

namespace wamp = kreisel::client;
using boost::asio::use_future;

namespace {

void run(const std::string& url) {
    boost::asio::thread_pool network(1);
    boost::asio::thread_pool workers(4);

    wamp::Settings settings(url, "realm1");
    settings.handler_executor = workers.get_executor();
    const auto session = wamp::connect(network.get_executor(), settings, use_future).get();

    const auto square = [](int n) { return n * n; };
    session.provide("com.example.square", square, use_future).get();

    std::future<int> nine = session.call<int>("com.example.square", 3, use_future);
    std::cout << nine.get() << '\n';

    std::promise<void> done;
    session.call<int>("com.example.square", 4, [&done](wamp::Result<int> sixteen) {
        if (sixteen) std::cout << *sixteen << '\n';
        done.set_value();
    });
    done.get_future().get();
    session.leave(use_future).get();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(argc > 1 ? argv[1] : "ws://127.0.0.1:8080/ws");
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
