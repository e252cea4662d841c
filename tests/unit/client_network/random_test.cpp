// Many faults in an order that a seed draws, while a session calls and publishes: every operation
// ends once, nothing happens twice, and at the end all stands.
#include "tests/unit/client_network/world.hpp"

#include <cstdlib>
#include <map>
#include <random>

namespace kreisel::client::network {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t seeds = 24;
constexpr int steps = 60;

/// How often each number came.
class Counts {
  public:
    void add(int number) {
        const std::lock_guard guard(mutex_);
        ++counts_[number];
    }
    [[nodiscard]] int of(int number) {
        const std::lock_guard guard(mutex_);
        return counts_[number];
    }

  private:
    std::mutex mutex_;
    std::map<int, int> counts_;
};

/// The network and the session that suffers from it, and one beside that does not.
class Storm {
  public:
    explicit Storm(std::uint64_t seed)
        : random_(seed), is_waiting_(seed % 2 == 0), scheme_(seed % 4 < 2 ? "ws" : "tcp") {
        get(witness_.subscribe(
            "com.example.tick", [counts = heard_](int n) { counts->add(n); }, use_future));
        get(witness_.provide(
            "com.example.double",
            [counts = called_](int n) {
                counts->add(n);
                return 2 * n;
            },
            use_future));
        get(witness_.provide("com.example.silence", silence_.handler(), use_future));
        Settings settings;
        settings.reconnect.first = 1ms;
        settings.reconnect.longest = 4ms;
        settings.ping_interval = 0ms;
        settings.while_offline = is_waiting_ ? WhileOffline::wait : WhileOffline::fail;
        settings.on_state = states_.handler();
        session_ = join(loop_, proxy_.url(scheme_), settings);
        get(session_.provide(
            "com.example.own", [](int n) { return -n; }, use_future));
        get(session_.subscribe(
            "com.example.own", [counts = own_](int n) { counts->add(n); }, use_future));
    }

    void rage() {
        for (int step = 0; step < steps; ++step) {
            below(3) == 0 ? disturb() : ask(step);
            // To let some of it happen; what exactly is left to chance.
            if (below(2) == 0) std::this_thread::sleep_for(std::chrono::microseconds(below(2000)));
        }
        proxy_.behave_later({});
        proxy_.cut(Ending::orderly);
    }

    void check() {
        wait_until_joined();
        // What waited in the gap for a procedure that never answers.
        streams_.clear();
        tally_.wait();
        get(witness_.call("wamp.session.count", use_future));
        for (const auto& entry : tally_.entries()) {
            BOOST_TEST_CONTEXT(entry.name) {
                BOOST_TEST(entry.endings == 1);
                if (entry.error) {
                    BOOST_TEST(entry.error->uri() == uris::not_connected, entry.error->what());
                }
            }
        }
        for (const auto& [number, outcome] : published_) {
            const int heard = heard_->of(number);
            BOOST_TEST((heard == 1 || (heard == 0 && !has_succeeded(outcome))),
                       "publication " << number << " was heard " << heard << " times");
        }
        for (const auto& [number, outcome] : calls_) {
            const int called = called_->of(number);
            BOOST_TEST((called == 1 || (called == 0 && !has_succeeded(outcome))),
                       "call " << number << " was made " << called << " times");
        }
        check_that_all_stands();
    }

  private:
    [[nodiscard]] std::size_t below(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
    }
    [[nodiscard]] Ending ending() { return below(2) == 0 ? Ending::orderly : Ending::reset; }
    [[nodiscard]] bool has_succeeded(std::size_t entry) const {
        return !tally_.entries().at(entry).error.has_value();
    }

    void disturb() {
        switch (below(6)) {
            case 0:
                return proxy_.cut(ending());
            case 1:
                return proxy_.behave({.up = {.cut_after = below(300)}, .ending = ending()});
            case 2:
                return proxy_.behave({.down = {.cut_after = below(300)}, .ending = ending()});
            case 3:
                return proxy_.behave({.piece = 1 + below(50)});
            case 4:
                proxy_.behave_later({.is_refusing = true});
                return proxy_.cut(ending());
            default: {
                // Not heard for a while, then gone.
                proxy_.behave(
                    {.up = {.swallow_after = below(100)}, .down = {.swallow_after = below(100)}});
                ask(steps + static_cast<int>(tally_.entries().size()));
                proxy_.behave_later({});
                return proxy_.cut(ending());
            }
        }
    }

    void ask(int number) {
        const std::size_t entry = tally_.entries().size();
        const std::string name = std::to_string(number);
        switch (below(5)) {
            case 0:
                calls_.emplace_back(number, entry);
                return session_.call<int>("com.example.double", number,
                                          tally_.expect("call " + name));
            case 1:
                published_.emplace_back(number, entry);
                return session_.publish({"com.example.tick", with::acknowledge()}, number,
                                        tally_.expect("publish " + name));
            case 2:
                return session_.subscribe(
                    "com.example.other" + name, [](int) {}, tally_.expect("subscribe " + name));
            case 3:
                return session_.provide(
                    "com.example.other" + name, [](int) {}, tally_.expect("provide " + name));
            default:
                streams_.push_back(session_.stream<int>("com.example.silence", number));
                return streams_.back().next(tally_.expect("stream " + name));
        }
    }

    void wait_until_joined() {
        wait_until([this] {
            return get(session_.call("wamp.session.count", as_result(use_future))).has_value();
        });
    }

    void check_that_all_stands() {
        BOOST_TEST(get(witness_.call<int>("com.example.own", 7, use_future)) == -7);
        get(witness_.publish({"com.example.own", with::acknowledge()}, 7, use_future));
        get(session_.call("wamp.session.count", use_future));
        BOOST_TEST(own_->of(7) == 1);
    }

    std::mt19937_64 random_;
    bool is_waiting_;
    std::string scheme_;
    TestRouter router_;
    Proxy proxy_{router_.url()};
    Loop loop_;
    Session witness_ = join(loop_, router_.url());
    Silence silence_;
    std::shared_ptr<Counts> heard_ = std::make_shared<Counts>();
    std::shared_ptr<Counts> called_ = std::make_shared<Counts>();
    std::shared_ptr<Counts> own_ = std::make_shared<Counts>();
    States states_;
    Tally tally_;
    Session session_;
    std::vector<ResultStream<int>> streams_;
    /// What was asked with which number, and its place in the tally.
    std::vector<std::pair<int, std::size_t>> published_;
    std::vector<std::pair<int, std::size_t>> calls_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_storms)

// KREISEL_SEED=17 runs that seed alone.
BOOST_AUTO_TEST_CASE(whatever_happens_every_operation_ends_once) {
    const char* only = std::getenv("KREISEL_SEED");
    const std::uint64_t first = only == nullptr ? 1 : std::strtoull(only, nullptr, 10);
    for (std::uint64_t seed = first; seed < (only == nullptr ? 1 + seeds : first + 1); ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            Storm storm(seed);
            storm.rage();
            storm.check();
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client::network
