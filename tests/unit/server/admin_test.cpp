// The admin address while a shard hangs: told, not waited for.
#include "router/server/admin_server.hpp"
#include "router/server/router.hpp"
#include "router/server/shard.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <iterator>
#include <string>
#include <thread>

using namespace kreisel;

namespace {

RouterConfig one_realm() {
    RouterConfig config;
    ListenerConfig listener;
    listener.host = "127.0.0.1";
    config.listeners = {listener};
    RealmConfig realm;
    realm.name = "realm1";
    realm.roles = {RoleConfig{"guest", {}, {}, {}, {}}};
    realm.anonymous_role = "guest";
    config.realms = {realm};
    config.shards = 1;
    return config;
}

/// A router and its admin address, which is served while somebody asks.
class Served {
  public:
    Served() : router(one_realm()), admin(context, router) {
        BOOST_REQUIRE(router.start().has_value());
        AdminConfig config;
        config.address = "127.0.0.1:0";
        config.host = "127.0.0.1";
        BOOST_REQUIRE(admin.start(config).has_value());
    }
    std::string get(const std::string& path) {
        const std::string address = admin.address();
        const auto colon = address.rfind(':');
        const std::string port = address.substr(colon + 1, address.rfind('/') - colon - 1);
        std::string answer;
        std::thread client([&] {
            boost::asio::ip::tcp::iostream stream("127.0.0.1", port);
            stream << "GET " << path << " HTTP/1.1\r\n\r\n" << std::flush;
            answer.assign(std::istreambuf_iterator<char>(stream), {});
            context.stop();
        });
        context.run();
        context.restart();
        client.join();
        return answer;
    }

    /// Whether it is so or, as the shard gets a processor, comes to be so.
    bool becomes_healthy() {
        for (int i = 0; i < 10; ++i) {
            if (get("/healthz").rfind("HTTP/1.1 200 ", 0) == 0U) return true;
        }
        return false;
    }

    boost::asio::io_context context{1};
    Router router;
    AdminServer admin;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(admin)

BOOST_AUTO_TEST_CASE(a_shard_that_hangs_is_unhealthy_and_its_counters_are_told) {
    Served served;
    BOOST_TEST(served.becomes_healthy());

    std::promise<void> over;
    served.router.shards().front()->post([ended = over.get_future().share()] { ended.wait(); });
    const std::string health = served.get("/healthz");
    const std::string metrics = served.get("/metrics");
    const std::string readiness = served.get("/readyz");
    over.set_value();

    BOOST_TEST(health.rfind("HTTP/1.1 503 ", 0) == 0U);
    BOOST_TEST(health.find("silent: realm realm1\nsilent: shard 0\n") != std::string::npos);
    BOOST_TEST(metrics.rfind("HTTP/1.1 200 ", 0) == 0U);
    BOOST_TEST(metrics.find("\nkreisel_silent 2\n") != std::string::npos);
    BOOST_TEST(metrics.find("\nkreisel_bytes_received_total 0\n") != std::string::npos);
    BOOST_TEST(metrics.find("kreisel_sessions{") == std::string::npos);
    BOOST_TEST(readiness.rfind("HTTP/1.1 200 ", 0) == 0U);
    BOOST_TEST(served.becomes_healthy());
}

BOOST_AUTO_TEST_SUITE_END()
