// Users of a database: what is asked when, what is remembered, and a database that fails.
#include "common/base/log.hpp"
#include "router/users/user_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>

using namespace kreisel;

namespace {

/// The thread of the log must not outlive the program.
struct LogEnds {
    ~LogEnds() { log_shutdown(); }
};
BOOST_TEST_GLOBAL_FIXTURE(LogEnds);

/// What all fake connections of a test share.
struct FakeDatabase {
    std::atomic<int> opened{0};
    std::atomic<int> asked{0};
    std::atomic<bool> is_down{false};
    std::atomic<bool> is_broken_once{false};
    UserRow joe = {{"authid", "joe"}, {"role", "frontend"}, {"ticket", "secret"}};
};

class FakeStore final : public UserStore {
  public:
    explicit FakeStore(FakeDatabase& database) : database_(database) {}

    Answer<void> open() override {
        ++database_.opened;
        if (database_.is_down) return tl::unexpected(std::string("connection refused"));
        return {};
    }
    Answer<std::optional<UserRow>> find(By by, const std::string& key) override {
        ++database_.asked;
        if (database_.is_broken_once.exchange(false)) return tl::unexpected(std::string("gone"));
        const bool is_joe = by == By::authid ? key == "joe" : key == "6b6579";
        return is_joe ? std::optional(database_.joe) : std::nullopt;
    }
    bool is_open() const override { return database_.asked > 0; }
    const std::vector<std::string>& columns() const override { return columns_; }

  private:
    FakeDatabase& database_;
    std::vector<std::string> columns_ = {"role", "ticket_hash", "wampcra_secret", "wampcra_salt"};
};

struct Fixture {
    FakeClock clock;
    FakeDatabase database;
    UserDatabaseConfig config{.connections = 1};

    std::unique_ptr<UserDirectory> make() {
        return std::make_unique<UserDirectory>(
            "realm1", config, clock, [this] { return std::make_unique<FakeStore>(database); });
    }
};

UserDirectory::Found ask(UserDirectory& directory, const FindUser& question) {
    std::promise<UserDirectory::Found> answer;
    BOOST_REQUIRE(directory.find(
        question, [&answer](UserDirectory::Found found) { answer.set_value(std::move(found)); }));
    return answer.get_future().get();
}

FindUser by_name(const std::string& authid) { return {"realm1", authid, ""}; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(user_directory, Fixture)

BOOST_AUTO_TEST_CASE(a_row_becomes_a_user) {
    const auto directory = make();
    const auto found = ask(*directory, by_name("joe"));

    BOOST_REQUIRE(found.has_value());
    BOOST_REQUIRE(found->credentials.has_value());
    BOOST_TEST(found->authid == "joe");
    BOOST_TEST(found->credentials->role == "frontend");
    BOOST_TEST(*found->credentials->ticket == "secret");
}

BOOST_AUTO_TEST_CASE(a_key_finds_its_user) {
    const auto directory = make();
    const auto found = ask(*directory, {"realm1", "", "key"});

    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->authid == "joe");
}

BOOST_AUTO_TEST_CASE(strangers_look_like_the_columns_and_later_like_a_user) {
    const auto directory = make();
    const auto before = ask(*directory, by_name("nobody"));
    (void)ask(*directory, by_name("joe"));
    const auto after = ask(*directory, by_name("somebody"));

    BOOST_TEST(!before->credentials.has_value());
    BOOST_REQUIRE(before->model.has_value());
    BOOST_TEST(before->model->ticket_hash.has_value());
    BOOST_TEST(!before->model->wampcra->salt.empty());
    BOOST_REQUIRE(after->model.has_value());
    BOOST_TEST(*after->model->ticket == "secret");
}

BOOST_AUTO_TEST_CASE(a_database_that_is_down_is_left_alone_for_a_while) {
    const auto directory = make();
    database.is_down = true;
    const auto first = ask(*directory, by_name("joe"));
    const auto second = ask(*directory, by_name("joe"));

    BOOST_TEST(!first.has_value());
    BOOST_TEST(second.error().find("connection refused") != std::string::npos);
    BOOST_TEST(database.opened == 1);
    BOOST_TEST(directory->errors() == 2U);
    clock.advance(std::chrono::milliseconds{200});
    (void)ask(*directory, by_name("joe"));
    clock.advance(std::chrono::milliseconds{200});
    (void)ask(*directory, by_name("joe"));
    BOOST_TEST(database.opened == 2);
    clock.advance(std::chrono::seconds{5});
    database.is_down = false;
    BOOST_TEST(ask(*directory, by_name("joe")).has_value());
}

BOOST_AUTO_TEST_CASE(a_connection_that_died_is_made_anew_at_once) {
    const auto directory = make();
    (void)ask(*directory, by_name("joe"));
    database.is_broken_once = true;

    BOOST_TEST(ask(*directory, by_name("joe")).has_value());
    BOOST_TEST(database.asked == 3);
}

BOOST_AUTO_TEST_CASE(answers_are_remembered_as_long_as_they_may) {
    config.remembered_for = std::chrono::seconds{5};
    const auto directory = make();
    (void)ask(*directory, by_name("joe"));
    (void)ask(*directory, by_name("joe"));
    (void)ask(*directory, by_name("nobody"));
    (void)ask(*directory, by_name("nobody"));

    BOOST_TEST(database.asked == 2);
    clock.advance(std::chrono::seconds{5});
    (void)ask(*directory, by_name("joe"));
    BOOST_TEST(database.asked == 3);
}

BOOST_AUTO_TEST_CASE(a_row_that_is_no_user_is_a_failure_of_that_user_alone) {
    const auto directory = make();
    database.joe = {{"role", "frontend"}, {"tickett", "x"}};
    const auto broken = ask(*directory, by_name("joe"));

    BOOST_TEST(!broken.has_value());
    BOOST_TEST(broken.error().find("tickett") != std::string::npos);
    BOOST_TEST(ask(*directory, by_name("nobody")).has_value());
    BOOST_TEST(directory->errors() == 1U);
}

BOOST_AUTO_TEST_CASE(too_many_questions_are_refused) {
    config.waiting_max = 0;
    const auto directory = make();

    BOOST_TEST(!directory->find(by_name("joe"), [](const UserDirectory::Found&) {}));
    BOOST_TEST(directory->figures().refused == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
