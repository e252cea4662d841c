#include "router/core/meta/testament_procedures.hpp"

#include "common/wamp/errors.hpp"
#include "common/wamp/options.hpp"
#include "router/core/meta/argument_reader.hpp"
#include "router/core/passthru.hpp"
#include "router/core/sessions.hpp"
#include "router/core/testaments.hpp"

#include <memory>
#include <utility>

namespace kreisel {

namespace {

TestamentScope read_scope(ArgumentReader& given, std::size_t place) {
    const auto scope = testament_scope_of(given.find_text("scope", place).value_or("destroyed"));
    if (!scope) given.refuse(uris::invalid_argument, "scope is none of detached and destroyed");
    return scope.value_or(TestamentScope::destroyed);
}

/// What would be refused when it is published is refused now, while somebody can be told.
Result<void> judge(const Session& session, const Testament& testament) {
    if (!is_valid_uri(testament.topic, UriRule::loose, EmptyComponents::none)) {
        return fail(uris::invalid_uri, "topic is no valid URI");
    }
    if (is_reserved_uri(testament.topic)) {
        return fail(uris::invalid_uri, "topics of wamp belong to the protocol");
    }
    if (auto checked = check_options(MessageType::publish, testament.options); !checked) {
        return fail(uris::invalid_argument, std::move(checked.error().text));
    }
    // The gate has not seen these options.
    if (is_passthru(testament.options) && !knows_passthru(session.info.roles, Role::publisher)) {
        return fail(uris::feature_not_supported,
                    "publish_options ask for payload passthru, which the session did not announce");
    }
    const Decision decision = session.permissions.decide(Action::publish, testament.topic);
    if (!decision.is_allowed) {
        return fail(uris::not_authorized, "the role may not publish to this topic");
    }
    if (decision.disclose == Disclose::never && testament.options.is_true("disclose_me")) {
        return fail(uris::disclose_me_disallowed, "publishers of this topic are not disclosed");
    }
    return {};
}

MetaAnswer add_testament(RealmTables&, const MetaCall& call, Effects&) {
    ArgumentReader given(call, 5);
    Testament testament;
    testament.topic = given.text(0, "topic");
    testament.payload =
        make_payload(given.list_or_empty(1, "args"), given.dict_or_empty(2, "kwargs"));
    testament.options = given.find_dict("publish_options", 3);
    const TestamentScope scope = read_scope(given, 4);
    if (given.has_fault()) return given.fault();
    if (auto judged = judge(call.caller, testament); !judged) {
        return tl::unexpected<Error>(std::move(judged.error()));
    }
    // Nobody is left to be told.
    testament.options.erase("acknowledge");
    testament.bytes = testament.topic.size() + testament.payload.bytes.size() +
                      make_payload({testament.options}).bytes.size();
    if (call.caller.testaments == nullptr) {
        call.caller.testaments = std::make_unique<Testaments>();
    }
    Testaments& testaments = *call.caller.testaments;
    const RealmLimits& limits = *call.caller.limits;
    const bool are_too_many = testaments.size() >= limits.testaments_per_session;
    if (are_too_many || testaments.bytes() + testament.bytes > limits.testament_bytes_per_session) {
        call.caller.reached(are_too_many ? RealmLimit::testaments_per_session
                                         : RealmLimit::testament_bytes_per_session);
        return fail(uris::limit_exceeded, "the session's testaments are as many as they may be");
    }
    testaments.add(scope, std::move(testament));
    return Arguments{};
}

MetaAnswer flush_testaments(RealmTables&, const MetaCall& call, Effects&) {
    ArgumentReader given(call, 1);
    const TestamentScope scope = read_scope(given, 0);
    if (given.has_fault()) return given.fault();
    if (call.caller.testaments != nullptr) call.caller.testaments->flush(scope);
    return Arguments{};
}

constexpr MetaProcedure procedures[] = {{"wamp.session.add_testament", add_testament},
                                        {"wamp.session.flush_testaments", flush_testaments}};

}  // namespace

std::span<const MetaProcedure> testament_procedures() { return procedures; }

}  // namespace kreisel
