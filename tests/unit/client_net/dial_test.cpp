// Reaching a router: what works, and what is said when it does not.
#include "testing.hpp"

#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace kreisel;
using namespace kreisel::client_test;

namespace {

client::Url url_of(const std::string& text) { return *client::parse_url(text); }

std::string fault_of(Loop& loop, client::DialSettings settings) {
    const auto outcome = dialled(loop, std::move(settings));
    BOOST_REQUIRE(!outcome);
    BOOST_TEST(outcome.error().uri() == client::uris::not_connected);
    return outcome.error().what();
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// A listening socket that takes no connection, with no room for more that wait.
class FullSocket {
  public:
    FullSocket() : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        BOOST_REQUIRE(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        BOOST_REQUIRE(::listen(descriptor_, 0) == 0);
        ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
        for (int& filler : fillers_) {
            filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
            static_cast<void>(::connect(filler, reinterpret_cast<sockaddr*>(&address), size));
        }
    }
    ~FullSocket() {
        for (const int filler : fillers_) ::close(filler);
        ::close(descriptor_);
    }
    FullSocket(const FullSocket&) = delete;
    FullSocket& operator=(const FullSocket&) = delete;

    std::uint16_t port = 0;

  private:
    int descriptor_;
    int fillers_[4] = {};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_dial)

BOOST_AUTO_TEST_CASE(listening_port_is_reached) {
    Loop loop;
    const auto peer = Peer::make(loop);

    const auto stream = dialled(loop, {.url = url_of(peer->url("tcp"))});

    BOOST_REQUIRE(stream);
    BOOST_TEST((*stream)->peer() == "127.0.0.1:" + std::to_string(peer->port()));
    loop.run_until([&] { return peer->has_accepted; });
}

BOOST_AUTO_TEST_CASE(name_with_several_addresses_is_tried_at_each) {
    Loop loop;
    const auto peer = Peer::make(loop);  // at 127.0.0.1 only; ::1 refuses

    const auto stream =
        dialled(loop, {.url = url_of("tcp://localhost:" + std::to_string(peer->port()))});

    BOOST_TEST(stream.has_value());
}

BOOST_AUTO_TEST_CASE(unix_socket_is_reached) {
    Loop loop;
    const std::string path = "/tmp/kreisel-dial-" + std::to_string(::getpid());
    AcceptorSettings settings;
    settings.path = path;
    const auto peer = std::make_shared<Peer>(loop, settings);
    peer->start();

    const auto stream = dialled(loop, {.url = url_of("unix:" + path)});

    BOOST_TEST(stream.has_value());
    loop.run_until([&] { return peer->has_accepted; });
}

BOOST_AUTO_TEST_CASE(refusal_names_the_url_and_the_reason) {
    Loop loop;
    std::uint16_t port = 0;
    { port = Peer::make(loop)->port(); }

    const auto text = fault_of(
        loop, {.url = url_of("ws://127.0.0.1:" + std::to_string(port) + "/ws?token=secret")});

    BOOST_TEST(has(text, "cannot connect to ws://127.0.0.1:" + std::to_string(port) + "/ws: "));
    BOOST_TEST(has(text, "connection refused"));
    BOOST_TEST(!has(text, "secret"));
}

BOOST_AUTO_TEST_CASE(missing_unix_socket_is_told) {
    Loop loop;

    BOOST_TEST(has(fault_of(loop, {.url = url_of("unix:/nowhere/router.sock")}),
                   "cannot connect to unix:/nowhere/router.sock: there is no such socket"));
}

BOOST_AUTO_TEST_CASE(unknown_name_is_told) {
    Loop loop;

    const auto text = fault_of(loop, {.url = url_of("tcp://no-such-host.invalid:9000")});

    BOOST_TEST(has(text, "the name no-such-host.invalid "));
}

BOOST_AUTO_TEST_CASE(silent_address_ends_at_the_deadline) {
    Loop loop;
    const FullSocket full;

    const auto text = fault_of(
        loop, {.url = url_of("tcp://127.0.0.1:" + std::to_string(full.port)), .timeout = 100ms});

    BOOST_TEST(has(text, "timed out"));
}

BOOST_AUTO_TEST_CASE(cancelled_dial_tells_nothing) {
    Loop loop;
    const FullSocket full;
    const auto peer = Peer::make(loop);
    int told = 0;
    const auto count = [&](const auto&) { ++told; };
    const auto at_once = client::dial(loop.strand, {.url = url_of(peer->url("tcp"))}, count);
    const auto later = client::dial(
        loop.strand, {.url = url_of("tcp://127.0.0.1:" + std::to_string(full.port))}, count);
    const auto by_name = client::dial(loop.strand, {.url = url_of("tcp://localhost:1")}, count);

    at_once->cancel();
    loop.run_for(5ms);
    later->cancel();
    by_name->cancel();
    by_name->cancel();
    loop.run_for(100ms);

    BOOST_TEST(told <= 1);  // the name may have been refused in the five milliseconds
    BOOST_TEST(!peer->has_accepted);
}

BOOST_AUTO_TEST_CASE(nothing_is_told_within_the_call) {
    Loop loop;
    bool is_told = false;

    const auto attempt = client::dial(loop.strand, {.url = url_of("unix:/nowhere/router.sock")},
                                      [&](const auto&) { is_told = true; });

    BOOST_TEST(!is_told);
    loop.run_until([&] { return is_told; });
}

BOOST_AUTO_TEST_SUITE_END()
