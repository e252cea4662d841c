// A router killed in the middle of traffic (kill -9) starts again on the same port, over the unix
// socket the dead one left behind, and serves the clients that come back.

#include "bench/load/process.hpp"
#include "bench/load/scenario.hpp"
#include "tests/soak/router_process.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using namespace kreisel;
using namespace kreisel::load;

constexpr int kills = 3;

LoadOptions traffic(const std::string& url, Encoding encoding, double seconds) {
    LoadOptions options;
    options.target = parse_target(url);
    options.encoding = encoding;
    options.subscribers = 20;
    options.in_flight = 8;
    options.seconds = seconds;
    options.warm_up_seconds = 0.1;
    return options;
}

/// The traffic's own checks hold: every event and result arrives, in order and with its payload.
void check_traffic(const soak::RouterProcess& router, double seconds) {
    BOOST_TEST(run_publish(traffic(router.url("ws"), Encoding::json, seconds)).count > 0U);
    BOOST_TEST(run_publish(traffic(router.url("rs"), Encoding::cbor, seconds)).count > 0U);
    BOOST_TEST(run_calls(traffic(router.url("ws"), Encoding::msgpack, seconds)).count > 0U);
}

/// Whether the load ended by an exception, which is what its clients make of a dead router.
bool was_cut_off(std::future<LoadReport>& load) {
    try {
        static_cast<void>(load.get());
        return false;
    } catch (const std::exception& error) {
        BOOST_TEST_MESSAGE("cut off: " << error.what());
        return true;
    }
}

void kill_in_traffic(soak::RouterProcess& router) {
    constexpr double longer_than_the_test = 60.0;
    const LoadOptions publish = traffic(router.url("ws"), Encoding::json, longer_than_the_test);
    const LoadOptions call = traffic(router.url("rs"), Encoding::msgpack, longer_than_the_test);
    auto events = std::async(std::launch::async, [publish] { return run_publish(publish); });
    auto results = std::async(std::launch::async, [call] { return run_calls(call); });
    const double cpu = cpu_seconds(router.pid());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (cpu_seconds(router.pid()) < cpu + 0.3 && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }

    router.kill();

    BOOST_TEST(was_cut_off(events));
    BOOST_TEST(was_cut_off(results));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(killed)

BOOST_AUTO_TEST_CASE(router_killed_in_traffic_restarts_and_serves_its_clients_again) {
    const soak::TemporaryFolder folder;
    std::optional<soak::RouterProcess> router;
    router.emplace(folder, std::uint16_t{0});
    const std::uint16_t port = router->port();
    check_traffic(*router, 1.0);
    for (int i = 0; i < kills; ++i) {
        kill_in_traffic(*router);
        router.reset();

        router.emplace(folder, port);

        BOOST_TEST(router->port() == port);
        check_traffic(*router, 1.0);
    }
    BOOST_TEST(router->stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
