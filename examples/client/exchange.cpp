// A stream in both directions within one call: numbers go in one by one, and after each comes what
// they have added up to so far.
#include "examples/client/main.hpp"
#include <kreisel/client.hpp>

#include <iostream>
#include <string>

namespace wamp = kreisel::client;
using boost::asio::awaitable;

namespace {

/// Adds up until there are no more numbers.
awaitable<int> add_up(int first, wamp::Inputs<int> more, wamp::Progress<int> so_far) {
    int sum = first;
    while (const auto number = co_await more.next()) {
        sum += *number;
        co_await so_far.send(sum);
    }
    co_return sum;
}

awaitable<void> run(std::string url) {
    const auto session = co_await wamp::connect({url, "realm1"});
    co_await session.provide("com.example.add_up", add_up);

    const auto adder = session.exchange<int>("com.example.add_up", 10);
    for (const int number : {5, 7}) {
        co_await adder.send(number);
        std::cout << *co_await adder.next() << " so far\n";
    }
    co_await adder.finish();
    std::cout << *co_await adder.next() << " in all\n";
    co_await session.leave();
}

}  // namespace

int main(int argc, char** argv) { return run_program(argc, argv, run); }
