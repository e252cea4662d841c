// Structs as arguments, as results and as named arguments.
#include "examples/client/main.hpp"
#include <kreisel/client.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace wamp = kreisel::client;
using boost::asio::awaitable;

namespace shop {

struct Order {
    std::string article;
    int count = 1;
    std::optional<std::string> note;
};
KREISEL_STRUCT(Order, article, count, note)

enum class Speed { normal, express };
KREISEL_ENUM(Speed, normal, express)

struct Delivery {
    Speed speed = Speed::normal;
    std::optional<std::string> country;
};
KREISEL_STRUCT(Delivery, speed, country)

}  // namespace shop

namespace {

std::string place_order(const std::vector<shop::Order>& orders,
                        wamp::Kwargs<shop::Delivery> delivery) {
    int count = 0;
    for (const auto& order : orders) count += order.count;
    const bool is_fast = delivery->speed == shop::Speed::express;
    return std::to_string(count) + " things, " + (is_fast ? "today" : "some day");
}

awaitable<void> run(std::string url) {
    const auto session = co_await wamp::connect({url, "realm1"});
    co_await session.provide("com.example.order", place_order);

    const std::vector<shop::Order> orders{{"pen", 3, {}}, {"ink", 1, "blue"}};
    const shop::Delivery delivery{shop::Speed::express, {}};
    std::cout << co_await session.call<std::string>("com.example.order", orders,
                                                    wamp::kwargs(delivery))
              << '\n';

    const auto wrong = co_await session.call("com.example.order", "a pen", wamp::as_result);
    std::cout << wrong.error().what() << '\n';
    co_await session.leave();
}

}  // namespace

int main(int argc, char** argv) { return run_program(argc, argv, run); }
