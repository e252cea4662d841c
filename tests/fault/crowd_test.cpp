// Thousands at once: ten thousand sessions end in the same moment, and five thousand clients come
// back to a router that has just been killed. Somebody else is served meanwhile.
#include "tests/fault/crowd.hpp"

#include "common/codec/codec.hpp"
#include "router/server/process.hpp"
#include "tests/soak/router_process.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

namespace {

using namespace kreisel;
using namespace kreisel::load;
using fault::Crowd;
using soak::RouterProcess;
using Clock = std::chrono::steady_clock;

/// Long: a machine that tests is busy. What was measured is printed.
constexpr std::chrono::seconds time_max{240};
constexpr double served_within_seconds = 10.0;

double seconds_since(SteadyTime start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

SessionSettings websockets(const RouterProcess& router) {
    SessionSettings how;
    how.target = parse_target(router.url("ws"));
    return how;
}

/// A client that asks the router something again and again, and remembers its longest wait.
class Observer {
  public:
    explicit Observer(const RouterProcess& router)
        : session_(join(poller_, websockets(router), Clock::now() + time_max)) {}

    std::uint64_t ask_count(const char* procedure) {
        const SteadyTime start = Clock::now();
        Message answer = ask(poller_, *session_, Call{RequestId{++requests_}, {}, procedure, {}},
                             Clock::now() + time_max);
        longest_ = std::max(longest_, seconds_since(start));
        const Arguments result = read_payload(std::get<ResultMessage>(answer).payload);
        return result.args.front().to_uint().value_or(0);
    }
    /// Registrations and subscriptions of the exact kind.
    std::size_t ask_list(const char* procedure) {
        Message answer = ask(poller_, *session_, Call{RequestId{++requests_}, {}, procedure, {}},
                             Clock::now() + time_max);
        const Arguments result = read_payload(std::get<ResultMessage>(answer).payload);
        return result.args.front().get_if<Dict>()->find_list("exact")->size();
    }
    [[nodiscard]] double longest() const { return longest_; }

  private:
    Poller poller_;
    std::unique_ptr<Session> session_;
    std::uint64_t requests_ = 0;
    double longest_ = 0.0;
};

std::size_t open_files(pid_t pid) {
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) + "/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Whether this system lets one process hold `count` connections.
bool has_files_for(std::size_t count) {
    const bool has_files = raise_file_limit() >= count + 100;
    if (!has_files) BOOST_TEST_MESSAGE("left out: the hard limit of open files is too low");
    return has_files;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crowds)

BOOST_AUTO_TEST_CASE(ten_thousand_sessions_end_at_once_and_nothing_of_them_is_left) {
    constexpr std::size_t size = 10'000;
    if (!has_files_for(size)) return;
    const soak::TemporaryFolder folder;
    RouterProcess router(folder, 0, "max_connections: 10100\nlog: {level: warning}\n");
    Observer observer(router);
    const std::size_t files = open_files(router.pid());
    Crowd crowd(websockets(router), size);
    crowd.gather(Clock::now() + time_max, 200);
    BOOST_TEST(observer.ask_count("wamp.session.count") == size + 1);
    BOOST_TEST(observer.ask_list("wamp.registration.list") == size);

    const SteadyTime start = Clock::now();
    std::jthread end([&crowd] { crowd.scatter(); });
    while (observer.ask_count("wamp.session.count") > 1 && seconds_since(start) < 60.0) {
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    const double took = seconds_since(start);
    end.join();

    BOOST_TEST_MESSAGE("the tables are empty after "
                       << took << " s; the longest wait of somebody else was " << observer.longest()
                       << " s");
    BOOST_TEST(observer.ask_count("wamp.session.count") == 1U);
    BOOST_TEST(observer.ask_list("wamp.registration.list") == 0U);
    BOOST_TEST(observer.ask_list("wamp.subscription.list") == 0U);
    BOOST_TEST(observer.longest() < served_within_seconds);
    for (int i = 0; i < 1000 && open_files(router.pid()) > files; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    BOOST_TEST(open_files(router.pid()) <= files);
    BOOST_TEST(router.stop() == 0);
}

BOOST_AUTO_TEST_CASE(five_thousand_clients_come_back_to_a_router_that_was_killed) {
    constexpr std::size_t size = 5'000;
    if (!has_files_for(size)) return;
    constexpr std::string_view settings = "log: {level: error}\n";
    const soak::TemporaryFolder folder;
    std::optional<RouterProcess> router;
    router.emplace(folder, std::uint16_t{0}, settings);
    const std::uint16_t port = router->port();
    Crowd crowd(websockets(*router), size);
    crowd.gather(Clock::now() + time_max, 200);
    router->kill();
    crowd.scatter();
    router.reset();

    router.emplace(folder, port, settings);
    const SteadyTime start = Clock::now();
    // All at the same moment: those beyond handshakes_in_flight are refused and come again.
    crowd.gather(Clock::now() + time_max, size);

    BOOST_TEST_MESSAGE("all " << size << " were back after " << seconds_since(start) << " s and "
                              << crowd.refusals() << " refused attempts");
    Observer observer(*router);
    BOOST_TEST(observer.ask_count("wamp.session.count") == size + 1);
    BOOST_TEST(observer.ask_list("wamp.registration.list") == size);
    BOOST_TEST(router->stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
