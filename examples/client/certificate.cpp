// Logs in by the client's TLS certificate. How the files are made stands in
// docs/client/cookbook.md. usage: certificate URL FOLDER
#include "examples/client/main.hpp"
#include <kreisel/client.hpp>

#include <iostream>
#include <string>

namespace wamp = kreisel::client;
using boost::asio::awaitable;

namespace {

awaitable<void> run(std::string url, std::string folder) {
    wamp::Settings settings(url, "realm1");
    settings.tls.ca_file = folder + "/authority.pem";
    settings.tls.certificate = {folder + "/gateway.pem", folder + "/gateway.key"};
    settings.login.credentials.push_back(wamp::TlsCertificate{});
    const auto session = co_await wamp::connect(settings);
    const auto who = session.identity();
    std::cout << who.authid << " is in as " << who.authrole << " by " << who.authmethod << '\n';
    co_await session.leave();
}

}  // namespace

int main(int argc, char** argv) {
    const std::string folder = argc > 2 ? argv[2] : ".";
    return run_program(argc, argv, [folder](const std::string& url) { return run(url, folder); });
}
