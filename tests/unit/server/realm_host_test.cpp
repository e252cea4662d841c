// RealmHost::ask: one answer, by post, on the shard that asked.
#include "router/server/realm_host.hpp"

#include "common/wamp/errors.hpp"
#include "router/server/router.hpp"
#include "router/server/shard.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

using namespace kreisel;
using std::chrono::seconds;

namespace {

struct Given {
    Message message;
    const Shard* shard = nullptr;
    bool was_later = false;
};

/// A realm with one callee of "com.q", on as many shards as wanted.
class Host {
  public:
    explicit Host(unsigned shard_count) : router_(RouterConfig{}) {
        for (unsigned i = 0; i < shard_count; ++i) {
            shards.push_back(std::make_unique<Shard>(router_, i));
        }
        std::vector<Shard*> all;
        for (const auto& shard : shards) all.push_back(shard.get());
        PermissionRule rule;
        rule.match = MatchPolicy::prefix;
        for (bool& allow : rule.allow) allow = true;
        const auto permissions = std::make_shared<const Permissions>(
            Permissions::Roles{{"user", RolePermissions({rule})}});
        host = std::make_shared<RealmHost>(RealmOptions{"realm1", {}, permissions},
                                           EventWriter::Opened{}, all, 1);
        for (const auto& shard : shards) shard->start();
        host->run([](Realm& realm, Effects& effects) {
            SessionInfo info;
            info.id = SessionId{1};
            info.authrole = "user";
            const auto callee = realm.join(std::move(info), effects);
            realm.handle(*callee, Register{RequestId{1}, {}, "com.q"}, effects);
        });
    }
    ~Host() {
        for (const auto& shard : shards) shard->stop();
        for (const auto& shard : shards) shard->join();
    }
    /// Asks on a shard, or on this thread if there is none.
    std::future<Given> ask(Shard* shard, Uri procedure) const {
        auto given = std::make_shared<std::promise<Given>>();
        auto result = given->get_future();
        const auto asking = [host = host, given, procedure = std::move(procedure)] {
            auto has_returned = std::make_shared<std::atomic<bool>>(false);
            host->ask(procedure, {}, seconds{5}, [given, has_returned](Message answer) {
                given->set_value({std::move(answer), Shard::current(), *has_returned});
            });
            *has_returned = true;
        };
        if (shard == nullptr) {
            asking();
        } else {
            shard->post(asking);
        }
        return result;
    }
    static Given get(std::future<Given> answer) {
        BOOST_REQUIRE((answer.wait_for(seconds{20}) == std::future_status::ready));
        return answer.get();
    }

  private:
    Router router_;

  public:
    std::vector<std::unique_ptr<Shard>> shards;
    std::shared_ptr<RealmHost> host;
};

const ErrorMessage& error_of(const Given& given) { return std::get<ErrorMessage>(given.message); }

}  // namespace

BOOST_AUTO_TEST_SUITE(realm_host)

BOOST_AUTO_TEST_CASE(an_answer_comes_by_post_to_the_shard_that_asked) {
    for (const unsigned count : {1U, 2U}) {
        Host realm(count);
        Shard* asking = realm.shards.back().get();

        const Given given = Host::get(realm.ask(asking, "com.nobody"));

        BOOST_TEST(error_of(given).error == uris::no_such_procedure);
        BOOST_TEST(given.shard == asking);
        BOOST_TEST(given.was_later);
    }
}

BOOST_AUTO_TEST_CASE(a_thread_that_is_no_shard_gets_its_answer_on_the_first) {
    Host realm(2);

    const Given given = Host::get(realm.ask(nullptr, "com.nobody"));

    BOOST_TEST(error_of(given).error == uris::no_such_procedure);
    BOOST_TEST(given.shard == realm.shards.front().get());
}

BOOST_AUTO_TEST_CASE(what_the_callee_yields_is_the_answer) {
    Host realm(2);
    auto asked = realm.ask(realm.shards.back().get(), "com.q");

    // The callee of this realm has no connection: its answer is put in until there is a question.
    std::atomic<bool> is_over{false};
    std::thread callee([&] {
        while (!is_over) {
            realm.host->run([](Realm& running, Effects& effects) {
                if (running.counts().pending_calls == 0) return;
                running.handle(PeerRef{0, 1}, Yield{RequestId{1}, {}, {}}, effects);
            });
            std::this_thread::yield();
        }
    });
    const Given given = Host::get(std::move(asked));
    is_over = true;
    callee.join();

    BOOST_TEST(std::holds_alternative<ResultMessage>(given.message));
}

BOOST_AUTO_TEST_CASE(a_realm_that_is_removed_answers_what_it_was_asked) {
    Host realm(2);
    auto asked = realm.ask(nullptr, "com.q");

    realm.host->run(
        [](Realm& running, Effects& effects) { running.close_all(uris::close_realm, effects); });

    BOOST_TEST(error_of(Host::get(std::move(asked))).error == uris::canceled);
}

BOOST_AUTO_TEST_SUITE_END()
