// A connection that goes, in every way a network has: all that is under way ends once with an error
// that says why, and what stood stands again afterwards.
#include "tests/unit/client_network/world.hpp"

#include <algorithm>
#include <array>

namespace kreisel::client::network {

namespace {

using namespace std::chrono_literals;

struct Fault {
    const char* name;
    /// From before the operations.
    Behaviour before;
    /// After they have begun; nothing if `before` is enough.
    std::optional<Ending> strike;
    /// Part of the error; after RST the first system call that finds out names it.
    std::vector<std::string> says;

    [[nodiscard]] bool is_told_by(const std::string& text) const {
        return std::any_of(says.begin(), says.end(), [&text](const std::string& part) {
            return text.find(part) != std::string::npos;
        });
    }
};

const std::array faults = {
    Fault{"FIN", {.down = {.swallow_after = 0}}, Ending::orderly, {"ended the connection"}},
    Fault{"RST", {.down = {.swallow_after = 0}}, Ending::reset, {"reset by peer", "Broken pipe"}},
    Fault{
        "FIN within a message", {.down = {.cut_after = 2}}, std::nullopt, {"ended the connection"}},
    Fault{"RST within a message",
          {.down = {.cut_after = 2}, .ending = Ending::reset},
          std::nullopt,
          {"reset by peer", "Broken pipe"}},
    Fault{"the router is not heard",
          {.down = {.swallow_after = 0}},
          std::nullopt,
          {"did not answer a ping"}},
    Fault{"the router does not hear",
          {.up = {.swallow_after = 0}},
          std::nullopt,
          {"did not answer a ping"}},
    Fault{"neither hears",
          {.up = {.swallow_after = 0}, .down = {.swallow_after = 0}},
          std::nullopt,
          {"did not answer a ping"}},
    Fault{"the router is not heard from the middle of a message on",
          {.down = {.swallow_after = 2}},
          std::nullopt,
          {"did not answer a ping"}},
};

/// One session that loses its connection by one fault.
struct Victim {
    Victim(Loop& loop, const std::string& router, const std::string& scheme,
           const Fault& fault_of_it, int number)
        : fault(fault_of_it), proxy(router), own("com.example.own" + std::to_string(number)) {
        Settings settings;
        settings.reconnect.first = 1ms;
        settings.ping_interval = 300ms;
        // Long enough for a machine that has much else to do.
        settings.ping_timeout = 2s;
        settings.on_state = states.handler();
        session = join(loop, proxy.url(scheme), settings);
        get(session.provide(
            own, [](int n) { return 2 * n; }, use_future));
        get(session.subscribe(
            own, [events = events](int n) { events->push(n); }, use_future));
    }

    void suffer() {
        proxy.behave(fault.before);
        pending.emplace(begin_everything(session, tally));
        proxy.behave_later({});
        if (fault.strike) proxy.cut(*fault.strike);
    }

    struct Events {
        void push(int n) {
            const std::lock_guard guard(mutex);
            heard.push_back(n);
        }
        [[nodiscard]] bool has(int n) {
            const std::lock_guard guard(mutex);
            return std::find(heard.begin(), heard.end(), n) != heard.end();
        }
        std::mutex mutex;
        std::vector<int> heard;
    };

    const Fault& fault;
    Proxy proxy;
    std::string own;
    States states;
    std::shared_ptr<Events> events = std::make_shared<Events>();
    Tally tally;
    Session session;
    std::optional<Pending> pending;
};

void check_outcomes(Victim& victim) {
    victim.tally.wait();
    for (const auto& [name, endings, error] : victim.tally.entries()) {
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST(endings == 1);
            BOOST_REQUIRE(error.has_value());
            BOOST_TEST(error->uri() == uris::not_connected);
            BOOST_TEST(victim.fault.is_told_by(error->what()), error->what());
        }
    }
}

void check_that_all_stands_again(Victim& victim, const Session& other) {
    // The router does not know of all losses: a procedure is had back when it does.
    wait_until([&] {
        victim.proxy.cut_abandoned();
        const auto twice = get(other.call<int>(victim.own, 21, as_result(use_future)));
        return twice && *twice == 42;
    });
    wait_until([&] {
        get(other.publish({victim.own, with::acknowledge()}, 7, use_future));
        return victim.events->has(7);
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_losses)

BOOST_AUTO_TEST_CASE(every_fault_answers_what_is_under_way_and_is_recovered_from) {
    TestRouter router;
    Loop loop;
    const Session other = join(loop, router.url());
    const Silence silence;
    get(other.provide("com.example.silence", silence.handler(), use_future));
    std::vector<std::unique_ptr<Victim>> victims;
    std::vector<std::string> names;

    // All at once: the time goes by waiting for pings.
    for (const std::string scheme : {"ws", "tcp"}) {
        for (const Fault& fault : faults) {
            const int number = static_cast<int>(victims.size());
            victims.push_back(std::make_unique<Victim>(loop, router.url(), scheme, fault, number));
            names.push_back(scheme + ", " + fault.name);
        }
    }
    for (const auto& victim : victims) victim->suffer();

    for (std::size_t i = 0; i < victims.size(); ++i) {
        BOOST_TEST_CONTEXT(names[i]) {
            check_outcomes(*victims[i]);
            check_that_all_stands_again(*victims[i], other);
        }
    }
}

BOOST_AUTO_TEST_CASE(octets_may_come_one_by_one_and_late) {
    TestRouter router;
    Loop loop;
    for (const std::string scheme : {"ws", "tcp"}) {
        for (const auto delay : {0us, 100us}) {
            BOOST_TEST_CONTEXT(scheme << " with " << delay.count() << " us before each octet") {
                Proxy proxy(router.url());
                proxy.behave({.piece = 1, .delay = delay});
                const Session session = join(loop, proxy.url(scheme));
                get(session.provide(
                    "com.example.echo", [](const std::string& text) { return text; }, use_future));
                const std::string text(500, 'x');

                BOOST_TEST(get(session.call<std::string>("com.example.echo", text, use_future)) ==
                           text);
                get(session.leave(use_future));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client::network
