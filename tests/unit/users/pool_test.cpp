// The background pool and the checking of passwords on it.
#include "common/auth/password.hpp"
#include "common/base/random.hpp"
#include "router/users/background_pool.hpp"
#include "router/users/password_checker.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <set>

using namespace kreisel;

namespace {

constexpr PasswordCost cheap{64, 1, 1};

std::string hash_of(std::string_view password) {
    SeededRandom random{3};
    return make_password_hash(password, random, cheap);
}

/// A pool of one thread that is held by a task until let go.
struct HeldPool {
    std::promise<void> release;
    std::promise<void> started;
    BackgroundPool pool{"held", {.threads = 1, .waiting_max = 2}};

    HeldPool() {
        const bool is_taken = pool.submit([this](unsigned) {
            started.set_value();
            release.get_future().wait();
        });
        BOOST_REQUIRE(is_taken);
        started.get_future().wait();
    }
};

std::optional<bool> checked(PasswordChecker& checker, const std::string& hash,
                            const std::string& password) {
    std::promise<bool> outcome;
    const bool is_taken =
        checker.check(hash, password, [&outcome](bool right) { outcome.set_value(right); });
    if (!is_taken) return std::nullopt;
    return outcome.get_future().get();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(background_pool)

BOOST_AUTO_TEST_CASE(every_task_runs_once_on_a_thread_of_the_pool) {
    BackgroundPool pool("test", {.threads = 3, .waiting_max = 100});
    std::mutex mutex;
    std::multiset<int> seen;
    std::set<unsigned> workers;
    std::promise<void> done;
    for (int i = 0; i < 100; ++i) {
        BOOST_REQUIRE(pool.submit([&, i](unsigned worker) {
            const std::lock_guard guard(mutex);
            seen.insert(i);
            workers.insert(worker);
            if (seen.size() == 100) done.set_value();
        }));
    }
    done.get_future().wait();
    pool.stop();

    BOOST_TEST(std::set<int>(seen.begin(), seen.end()).size() == 100U);
    BOOST_TEST(*workers.rbegin() < 3U);
    BOOST_TEST(pool.figures().done == 100U);
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_and_counts) {
    HeldPool held;

    BOOST_TEST(held.pool.submit([](unsigned) {}));
    BOOST_TEST(held.pool.submit([](unsigned) {}));
    BOOST_TEST(!held.pool.submit([](unsigned) {}));
    BOOST_TEST(held.pool.figures().waiting == 2U);
    BOOST_TEST(held.pool.figures().refused == 1U);
    held.release.set_value();
}

BOOST_AUTO_TEST_CASE(a_stopped_pool_drops_what_waits_and_takes_nothing) {
    HeldPool held;
    bool has_run = false;
    BOOST_REQUIRE(held.pool.submit([&has_run](unsigned) { has_run = true; }));
    std::thread stopper([&held] { held.pool.stop(); });
    while (held.pool.figures().waiting > 0) std::this_thread::yield();
    held.release.set_value();
    stopper.join();

    BOOST_TEST(!has_run);
    BOOST_TEST(!held.pool.submit([](unsigned) {}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(password_checker)

BOOST_AUTO_TEST_CASE(only_the_right_password_is_right) {
    const FakeClock clock;
    PasswordChecker checker({}, clock);
    const std::string hash = hash_of("swordfish");

    BOOST_TEST((checked(checker, hash, "swordfish") == true));
    BOOST_TEST((checked(checker, hash, "goldfish") == false));
    BOOST_TEST((checked(checker, "no hash", "swordfish") == false));
}

BOOST_AUTO_TEST_CASE(a_right_password_is_remembered_for_a_while_and_a_wrong_one_never) {
    FakeClock clock;
    PasswordChecker checker({}, clock);
    const std::string hash = hash_of("swordfish");
    const auto checks = [&checker] { return checker.figures().done; };
    // The figure follows the answer.
    const auto settle = [&](std::uint64_t wanted) {
        while (checks() < wanted) std::this_thread::yield();
    };

    (void)checked(checker, hash, "swordfish");
    settle(1);
    (void)checked(checker, hash, "swordfish");
    (void)checked(checker, hash, "goldfish");
    settle(2);
    (void)checked(checker, hash, "goldfish");
    settle(3);
    clock.advance(std::chrono::seconds{60});
    (void)checked(checker, hash, "swordfish");
    settle(4);

    BOOST_TEST(checks() == 4U);
}

BOOST_AUTO_TEST_CASE(another_hash_of_the_same_password_is_checked_anew) {
    const FakeClock clock;
    PasswordChecker checker({}, clock);
    SeededRandom random{9};

    BOOST_TEST((checked(checker, hash_of("swordfish"), "swordfish") == true));
    BOOST_TEST(
        (checked(checker, make_password_hash("other", random, cheap), "swordfish") == false));
}

BOOST_AUTO_TEST_CASE(what_is_remembered_is_bounded) {
    const FakeClock clock;
    PasswordCheckLimits limits;
    limits.remembered_max = 1;
    PasswordChecker checker(limits, clock);
    const std::string first = hash_of("first");
    const std::string second = hash_of("second");

    (void)checked(checker, first, "first");
    (void)checked(checker, second, "second");
    (void)checked(checker, second, "second");
    (void)checked(checker, first, "first");
    checker.stop();

    BOOST_TEST(checker.figures().done == 3U);
}

BOOST_AUTO_TEST_CASE(too_many_at_once_are_refused) {
    const FakeClock clock;
    PasswordCheckLimits limits;
    limits.pool = {.threads = 1, .waiting_max = 0};
    PasswordChecker checker(limits, clock);

    BOOST_TEST((checked(checker, hash_of("x"), "x") == std::nullopt));
    BOOST_TEST(checker.figures().refused == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
