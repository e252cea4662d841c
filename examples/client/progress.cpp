// A progressive download: the file comes in parts, and nobody holds more than a few of them.
#include "examples/client/main.hpp"
#include <kreisel/client.hpp>

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <string>

namespace wamp = kreisel::client;
using boost::asio::awaitable;

namespace {

/// Sends the file in parts; waits while the router has enough of them.
awaitable<std::string> download(std::string name, wamp::Progress<wamp::Blob> progress) {
    constexpr std::size_t size = 1'000'000;
    constexpr std::size_t part = 64'000;
    for (std::size_t sent = 0; sent < size && progress.is_wanted(); sent += part) {
        wamp::Blob octets;
        octets.bytes.resize(std::min(part, size - sent));
        co_await progress.send(octets);
    }
    co_return name + " is whole";
}

awaitable<void> run(std::string url) {
    const auto session = co_await wamp::connect({url, "realm1"});
    co_await session.provide("com.example.download", download);

    std::size_t received = 0;
    const auto parts = session.stream<wamp::Value>("com.example.download", "film.mpg");
    while (const auto part = co_await parts.next()) {
        if (const auto* octets = part->get_if<wamp::Blob>()) received += octets->bytes.size();
        if (const auto* text = part->get_if<std::string>()) std::cout << *text << '\n';
    }
    std::cout << received << " octets\n";
    co_await session.leave();
}

}  // namespace

int main(int argc, char** argv) { return run_program(argc, argv, run); }
