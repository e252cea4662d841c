#pragma once
// The main() of the examples: runs one coroutine until it is over, with the router's URL from the
// command line. hello.cpp and time_service.cpp have it written out.

#include <kreisel/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <string>

/// `run`: an awaitable<void>(std::string url). What it throws is told, and the exit status is 1.
template <class Run>
int run_program(int argc, char** argv, Run run) {
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
