// Logs in by ticket, WAMP-CRA, SCRAM and cryptosign. The users stand in docs/client/cookbook.md;
// certificate.cpp logs in by a TLS certificate.
#include "examples/client/main.hpp"
#include <kreisel/client.hpp>

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

    const wamp::Credentials key =
        wamp::Cryptosign{"0707070707070707070707070707070707070707070707070707070707070707"};
    co_await log_in(url, "kim", key);

    const wamp::Credentials wrong = wamp::Scram{"wrong horse"};
    co_await log_in(url, "pam", wrong);
}

}  // namespace

int main(int argc, char** argv) { return run_program(argc, argv, run); }
