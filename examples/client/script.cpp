// A script: every line waits for what it does. Its session has a thread of its own.
#include <kreisel/client.hpp>

#include <exception>
#include <iostream>
#include <string>

namespace wamp = kreisel::client;

namespace {

void run(const std::string& url) {
    const wamp::sync::Session session({url, "realm1"});
    session.provide("com.example.add", [](int a, int b) { return a + b; });
    std::cout << session.call<int>("com.example.add", 2, 3) << '\n';
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
