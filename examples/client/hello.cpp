// The example of README.md: provides a procedure, calls it and publishes.
#include <kreisel/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <string>

namespace wamp = kreisel::client;
using boost::asio::awaitable;

namespace {

awaitable<void> run(std::string url) {
    const auto session = co_await wamp::connect({url, "realm1"});
    co_await session.provide("com.example.multiply", [](int a, int b) { return a * b; });
    const int product = co_await session.call<int>("com.example.multiply", 6, 7);
    std::cout << "6 * 7 = " << product << std::endl;
    co_await session.publish("com.example.hello", "Hello from C++");
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
