// Peer program: our own client library for C++, driven over standard input and output like the
// others (peers/control.mjs).
#include "client/cli/json.hpp"
#include "tests/interop/kreisel_peer/forms.hpp"
#include "tests/interop/kreisel_peer/operations.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

int main() {
    using namespace kreisel;
    boost::asio::io_context context(1);
    interop::Operations operations(context);
    const auto work = boost::asio::make_work_guard(context);
    std::thread reader([&context, &operations] {
        std::string line;
        while (std::getline(std::cin, line)) {
            auto message = client::parse_json(line);
            boost::asio::post(context, [&operations, message = std::move(message)] {
                if (message) operations.run(*message->get_if<Dict>());
            });
        }
        context.stop();
    });
    interop::say({{"event", "ready"}});
    context.run();
    reader.join();
    // The sessions end with the process.
    std::_Exit(0);
}
