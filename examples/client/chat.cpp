// A chat: what you write is heard by all who run this with the same router.
// usage: chat URL NAME
#include "examples/client/main.hpp"
#include <kreisel/client.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>

#include <iostream>
#include <string>
#include <unistd.h>

namespace wamp = kreisel::client;
using boost::asio::awaitable;

namespace {

awaitable<void> run(std::string url, std::string name) {
    const auto session = co_await wamp::connect({url, "realm1"});
    co_await session.subscribe("com.example.chat",
                               [](const std::string& who, const std::string& text) {
                                   std::cout << who << ": " << text << std::endl;
                               });
    std::cout << "you are in" << std::endl;

    boost::asio::posix::stream_descriptor input(co_await boost::asio::this_coro::executor,
                                                ::dup(STDIN_FILENO));
    std::string buffer;
    for (;;) {
        boost::system::error_code ended;
        const auto size = co_await boost::asio::async_read_until(
            input, boost::asio::dynamic_buffer(buffer), '\n',
            boost::asio::redirect_error(boost::asio::use_awaitable, ended));
        if (ended) break;
        const std::string line = buffer.substr(0, size - 1);
        buffer.erase(0, size);
        co_await session.publish("com.example.chat", name, line);
    }
    co_await session.leave();
}

}  // namespace

int main(int argc, char** argv) {
    const std::string name = argc > 2 ? argv[2] : "somebody";
    return run_program(argc, argv, [name](const std::string& url) { return run(url, name); });
}
