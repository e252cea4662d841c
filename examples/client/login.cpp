// Logs in by ticket, by WAMP-CRA and by SCRAM. The users stand in docs/client/cookbook.md.
#include <kreisel/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <string>

namespace wamp = kreisel::client;
using boost::asio::awaitable;

namespace {

awaitable<void> log_in(std::string url, std::string authid, wamp::Credentials credentials) {
    wamp::Settings settings(url, "realm1");
    settings.login.authid = authid;
    settings.login.credentials.push_back(credentials);
    const auto session = co_await wamp::connect(settings, wamp::as_result);
    if (session) {
        const auto who = session->identity();
        std::cout << who.authid << " is in as " << who.authrole << " by " << who.authmethod << '\n';
    } else {
        std::cout << authid << " is not: " << session.error().uri() << '\n';
    }
}

awaitable<void> run(std::string url) {
    const wamp::Credentials ticket = wamp::Ticket{"a1b2c3"};
    co_await log_in(url, "joe", ticket);

    const wamp::Credentials secret = wamp::WampCra{"d4e5f6"};
    co_await log_in(url, "sue", secret);

    const wamp::Credentials password = wamp::Scram{"correct horse"};
    co_await log_in(url, "pam", password);

    const wamp::Credentials wrong = wamp::Scram{"wrong horse"};
    co_await log_in(url, "pam", wrong);
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
