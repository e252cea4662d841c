// Structs as arguments, as results and as named arguments.
#include <kreisel/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
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
