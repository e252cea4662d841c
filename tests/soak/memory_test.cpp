// A router that clients come to and leave a thousand times a second, in every way a client can
// leave, keeps nothing of them: the second and third round find the memory of the first.

#include "bench/load/churn.hpp"
#include "bench/load/process.hpp"
#include "bench/load/scenario.hpp"
#include "tests/soak/router_process.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace kreisel;
using namespace kreisel::load;

constexpr double visits_a_second = 1000.0;
/// On a machine that does not keep up with them, the largest crowd and not what is kept of it would
/// decide about the memory.
constexpr std::size_t visitors_max = 64;
constexpr int rounds = 3;
constexpr double mebibyte = 1048576.0;

double round_seconds() {
    const char* text = std::getenv("KREISEL_SOAK_SECONDS");
    return text == nullptr ? 10.0 : std::stod(text);
}

std::ptrdiff_t open_files(pid_t pid) {
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) + "/fd");
    return std::distance(begin(all), end(all));
}

/// Resident memory once the router has come to rest: it has noticed the last goodbyes, and works no
/// more.
double rested_mebibytes(pid_t pid, std::ptrdiff_t files) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (open_files(pid) > files && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    double cpu = cpu_seconds(pid);
    for (int i = 0; i < 40; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds{250});
        const double later = cpu_seconds(pid);
        if (i >= 3 && later - cpu < 0.01) break;
        cpu = later;
    }
    return static_cast<double>(resident_bytes(pid)) / mebibyte;
}

void check_memory(const std::string& scheme, Encoding encoding, double seconds) {
    const soak::TemporaryFolder folder;
    soak::RouterProcess router(folder, 0);
    LoadOptions afterwards;
    afterwards.target = parse_target(router.url(scheme));
    afterwards.encoding = encoding;
    afterwards.subscribers = 5;
    afterwards.seconds = 1.0;
    const std::ptrdiff_t files = open_files(router.pid()) + 1;  // that of the churn itself
    std::vector<double> mebibytes;
    for (int round = 0; round < rounds; ++round) {
        Churn churn({.target = afterwards.target,
                     .encoding = encoding,
                     .realm = "realm1",
                     .rate = visits_a_second,
                     .seconds = seconds,
                     .seed = static_cast<std::uint64_t>(round) + 1,
                     .visitors_max = visitors_max});

        const ChurnReport report = churn.run();

        mebibytes.push_back(rested_mebibytes(router.pid(), files));
        for (std::size_t i = 0; i < departure_count; ++i) {
            BOOST_TEST(report.visits[i] > 0U, to_text(static_cast<Departure>(i)) << " never came");
        }
        BOOST_TEST_MESSAGE(scheme << " round " << round + 1 << ": " << report.total()
                                  << " visits in " << report.seconds << " s, at most "
                                  << report.at_once_max << " at once, log-in p99 "
                                  << report.login_latency.percentile_us(0.99) << " us, then "
                                  << mebibytes.back() << " MiB resident");
    }
    for (int round = 1; round < rounds; ++round) {
        const double later = mebibytes[static_cast<std::size_t>(round)];
        BOOST_TEST(later <= mebibytes[0] * 1.05 + 2.0);
    }
    BOOST_TEST(run_publish(afterwards).count > 0U);
    BOOST_TEST(router.stop() == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory)

BOOST_AUTO_TEST_CASE(resident_memory_stays_through_three_rounds_of_websocket_churn) {
    check_memory("ws", Encoding::json, round_seconds());
}

BOOST_AUTO_TEST_CASE(resident_memory_stays_through_three_rounds_of_rawsocket_churn) {
    check_memory("rs", Encoding::msgpack, round_seconds() / 2);
}

BOOST_AUTO_TEST_SUITE_END()
