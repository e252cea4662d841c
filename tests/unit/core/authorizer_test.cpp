// What texts cannot say of the authorizer: limits, bytes, reloads, and the table of rulings.
#include "router/core/authorizer.hpp"

#include "common/codec/codec.hpp"
#include "core_fixture.hpp"

#include <chrono>

using namespace kreisel;
using namespace kreisel::test;
using std::chrono::milliseconds;

namespace {

PermissionsPtr asking_permissions(Uri authorizer = "com.authorize",
                                  std::vector<PermissionRule> rules = {}) {
    return make_permissions(
        {{"user", RolePermissions(std::move(rules), {std::nullopt, std::move(authorizer), {}})},
         {"admin", RolePermissions({make_rule("", MatchPolicy::prefix, true)})}});
}

struct Asked : Core {
    explicit Asked(RealmLimits limits = {}) : Core(asking_permissions(), limits) {
        authorizer = join("authorizer", {}, "admin");
        register_(authorizer, "com.authorize");
        user = join("user");
    }
    void answer(const Value& said) {
        const auto invocation = expect<Invocation>(authorizer);
        handle(authorizer, Yield{invocation.request, {}, make_payload({said})});
    }
    void pass(milliseconds time) {
        now += time;
        realm.set_time({now, {}});
        while (realm.next_deadline() && *realm.next_deadline() <= now) {
            realm.on_time(now, effects);
            deliver();
        }
    }
    [[nodiscard]] std::uint64_t held_refusals() const {
        return realm
            .limits_reached()[static_cast<std::size_t>(RealmLimit::held_requests_per_session)];
    }
    PeerRef authorizer, user;
    TimePoint now{milliseconds{1}};
};

Rulings::About about(Uri uri) { return {Action::call, MatchPolicy::exact, std::move(uri)}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(authorizer)

BOOST_AUTO_TEST_CASE(more_than_may_wait_is_refused_and_counted) {
    RealmLimits limits;
    limits.held_requests_per_session = 2;
    Asked core(limits);
    core.call(core.user, "com.a");
    core.call(core.user, "com.b");

    core.call(core.user, "com.c");
    core.publish(core.user, "com.d");

    core.expect_error(core.user, MessageType::call, uris::limit_exceeded);
    BOOST_TEST(core.is_silent(core.user));
    BOOST_TEST(core.held_refusals() == 2U);
}

BOOST_AUTO_TEST_CASE(what_waits_is_bounded_in_bytes_too) {
    RealmLimits limits;
    limits.held_bytes_per_session = 2'000;
    Asked core(limits);
    const Payload large = make_payload({Value(std::string(5'000, 'x'))});

    core.handle(core.user, Call{core.next_request(), {}, "com.a", large});
    core.handle(core.user, Call{core.next_request(), {}, "com.b", large});

    core.expect_error(core.user, MessageType::call, uris::limit_exceeded);
    core.answer(Value(false));
    core.expect_error(core.user, MessageType::call, uris::not_authorized);
    core.call(core.user, "com.c");
    BOOST_TEST(core.is_silent(core.user));
}

BOOST_AUTO_TEST_CASE(a_long_queue_goes_in_slices_and_in_order) {
    Asked core;
    constexpr std::size_t count = 200;
    for (std::size_t i = 0; i < count; ++i) core.call(core.user, "com.same");

    core.answer(Value(Dict{{"allow", false}, {"cache", true}}));
    BOOST_TEST(core.waiting(core.user) > 0U);
    core.pass(milliseconds{0});

    BOOST_TEST(core.waiting(core.user) == count);
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto error = core.expect<ErrorMessage>(core.user);
        BOOST_TEST(error.request.value > last);
        last = error.request.value;
    }
    BOOST_TEST(core.is_silent(core.authorizer));
}

BOOST_AUTO_TEST_CASE(who_leaves_leaves_nothing_behind) {
    Asked core;
    core.call(core.user, "com.a");
    core.call(core.user, "com.b");

    core.leave(core.user);
    core.answer(Value(true));

    BOOST_TEST(core.is_silent(core.authorizer));
    BOOST_TEST(core.realm.counts().pending_calls == 0U);
    core.leave(core.authorizer);
    BOOST_TEST((core.realm.counts() == RealmCounts{}));
}

BOOST_AUTO_TEST_CASE(after_a_reload_the_ruling_of_another_authorizer_is_not_used) {
    Asked core;
    core.register_(core.authorizer, "com.other");
    core.call(core.user, "com.a");

    core.realm.set_permissions(asking_permissions("com.other"), core.effects);
    core.deliver();
    core.answer(Value(true));

    BOOST_TEST(core.is_silent(core.user));
    core.answer(Value(false));
    core.expect_error(core.user, MessageType::call, uris::not_authorized);
}

BOOST_AUTO_TEST_CASE(after_a_reload_rules_come_before_the_ruling) {
    Asked core;
    core.call(core.user, "com.a");

    core.realm.set_permissions(
        asking_permissions("com.authorize", {make_rule("com.", MatchPolicy::prefix, false)}),
        core.effects);
    core.deliver();
    core.answer(Value(true));

    core.expect_error(core.user, MessageType::call, uris::not_authorized);
}

BOOST_AUTO_TEST_CASE(a_role_that_loses_its_authorizer_loses_what_it_allowed) {
    Asked core;
    core.handle(core.user, Subscribe{core.next_request(), {}, "com.t"});
    core.answer(Value(true));
    core.expect<Subscribed>(core.user);

    core.realm.set_permissions(asking_permissions(), core.effects);
    core.deliver();
    BOOST_TEST(core.realm.counts().subscribers == 1U);
    core.realm.set_permissions(asking_permissions(""), core.effects);
    core.deliver();

    BOOST_TEST(core.realm.counts().subscribers == 0U);
    core.call(core.user, "com.a");
    BOOST_TEST(core.is_silent(core.authorizer));
}

BOOST_AUTO_TEST_CASE(a_question_that_a_purge_overtakes_is_answered_and_not_kept) {
    Asked core;
    core.call(core.user, "com.a");
    core.call(core.authorizer, "wamp.authorization.purge");
    const auto question = core.expect<Invocation>(core.authorizer);
    core.expect<ResultMessage>(core.authorizer);

    core.handle(
        core.authorizer,
        Yield{
            question.request, {}, make_payload({Value(Dict{{"allow", false}, {"cache", true}})})});
    core.expect_error(core.user, MessageType::call, uris::not_authorized);
    core.call(core.user, "com.a");

    core.expect<Invocation>(core.authorizer);
}

BOOST_AUTO_TEST_CASE(the_ruling_on_a_canceled_call_is_not_that_on_the_next_request) {
    Asked core;
    const RequestId canceled = core.call(core.user, "com.allowed");
    core.call(core.user, "com.forbidden");
    core.handle(core.user, Cancel{canceled, {}});
    core.expect_error(core.user, MessageType::call, uris::canceled);

    core.answer(Value(true));

    BOOST_TEST(core.is_silent(core.user));
    core.answer(Value(false));
    core.expect_error(core.user, MessageType::call, uris::not_authorized);
}

BOOST_AUTO_TEST_CASE(a_part_of_a_held_call_waits_with_it_and_is_not_judged) {
    Asked core;
    const auto sender =
        core.join("sender", with_feature(Role::caller, Feature::progressive_call_invocations));
    const RequestId id = core.call(sender, "com.p", {{"progress", true}});
    core.handle(sender, Call{id, {}, "com.p", {}, true});

    core.answer(Value(true));

    core.expect_error(sender, MessageType::call, uris::no_such_procedure);
    BOOST_TEST(core.is_silent(sender));
    BOOST_TEST(core.is_silent(core.authorizer));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rulings)

BOOST_AUTO_TEST_CASE(the_least_used_one_goes_first) {
    Rulings rulings;
    const Rulings::Kept kept{{Ruling::Kind::allowed, {}}, RegistrationId{1}, {}};
    rulings.add(about("a"), kept, 2);
    rulings.add(about("b"), kept, 2);
    BOOST_TEST((rulings.find(about("a"), {}, RegistrationId{1}) != nullptr));

    rulings.add(about("c"), kept, 2);

    BOOST_TEST(rulings.size() == 2U);
    BOOST_TEST((rulings.find(about("b"), {}, RegistrationId{1}) == nullptr));
    BOOST_TEST((rulings.find(about("a"), {}, RegistrationId{1}) != nullptr));
}

BOOST_AUTO_TEST_CASE(a_ruling_is_for_its_action_and_match_only) {
    Rulings rulings;
    rulings.add(about("a"), {{Ruling::Kind::allowed, {}}, RegistrationId{1}, {}}, 9);

    BOOST_TEST((rulings.find({Action::publish, MatchPolicy::exact, "a"}, {}, {}) == nullptr));
    BOOST_TEST((rulings.find({Action::call, MatchPolicy::prefix, "a"}, {}, {}) == nullptr));
    BOOST_TEST((rulings.find(about("a"), {}, {}) != nullptr));
}

BOOST_AUTO_TEST_CASE(rulings_of_a_former_authorizer_and_old_ones_are_forgotten) {
    Rulings rulings;
    const TimePoint soon{milliseconds{10}};
    rulings.add(about("a"), {{Ruling::Kind::allowed, {}}, RegistrationId{1}, {}}, 9);
    rulings.add(about("b"), {{Ruling::Kind::allowed, {}}, RegistrationId{1}, soon}, 9);

    BOOST_TEST((rulings.find(about("a"), {}, RegistrationId{2}) == nullptr));
    BOOST_TEST((rulings.find(about("b"), {}, {}) != nullptr));
    BOOST_TEST((rulings.find(about("b"), soon, {}) == nullptr));
    BOOST_TEST(rulings.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
