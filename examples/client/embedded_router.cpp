// A program with a router in itself: its own session needs no socket, others come in by a listener.
#include <kreisel/client.hpp>
#include <kreisel/router.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <string>

namespace wamp = kreisel::client;
using boost::asio::awaitable;

namespace {

const kreisel::RealmsText realms{R"(
log: {level: warning}
listeners: [{address: "127.0.0.1:0"}]
realms:
  - name: realm1
    roles:
      - name: backend
        permissions: [{uri: com.example., match: prefix, allow: [register, publish]}]
      - name: visitor
        permissions: [{uri: com.example., match: prefix, allow: [call, subscribe]}]
    authentication: {anonymous_role: visitor}
)"};

awaitable<void> run(const kreisel::EmbeddedRouter& router) {
    const auto backend = co_await wamp::connect({router.connector("backend"), "realm1"});
    co_await backend.provide("com.example.add", [](int a, int b) { return a + b; });
    std::cout << backend.identity().authrole << " is in\n";

    // Somebody else, as from another program.
    const std::string url = router.addresses().front();
    const auto visitor = co_await wamp::connect({url, "realm1"});
    std::cout << "2 + 3 = " << co_await visitor.call<int>("com.example.add", 2, 3) << '\n';
    co_await visitor.leave();
    co_await backend.leave();
}

}  // namespace

int main() {
    try {
        kreisel::EmbeddedRouter router(realms);
        router.start();

        boost::asio::io_context context;
        boost::asio::co_spawn(context, run(router), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        context.run();
        router.stop();
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
