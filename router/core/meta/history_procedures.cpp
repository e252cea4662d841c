#include "router/core/meta/history_procedures.hpp"

#include "common/wamp/errors.hpp"
#include "router/core/broker.hpp"
#include "router/core/events/event_log.hpp"
#include "router/core/sessions.hpp"

#include <utility>

namespace kreisel {

namespace {

MetaAnswer get_events(RealmTables& realm, const MetaCall& call, Effects&) {
    const auto id = call.args.size() == 1 ? call.args.front().to_uint() : std::nullopt;
    if (!id) {
        return fail(uris::invalid_argument,
                    "the only argument is the id of a subscription; filters are named");
    }
    const auto query = read_history_query(call.kwargs);
    if (!query) return tl::unexpected(query.error());
    const Subscription* subscription = realm.broker.find(SubscriptionId{*id});
    if (subscription == nullptr) {
        return fail(uris::no_such_subscription, "the realm has no subscription of this id");
    }
    const Decision decision =
        call.caller.permissions.decide(Action::subscribe, subscription->topic, subscription->match);
    // Where the authorizer decides, who has been let in may look back.
    const bool is_let_in = decision.is_asked && call.caller.subscriptions.find(*id) != nullptr;
    if (!decision.is_allowed && !is_let_in) {
        return fail(uris::not_authorized, "the role may not subscribe to this");
    }
    if (subscription->log == nullptr) {
        return fail(uris::history_unavailable, "events of this subscription are not kept");
    }
    auto page =
        subscription->log->find(*query, call.caller.info, subscription->id, realm.time.wall);
    if (!page) return tl::unexpected(page.error());
    Dict about;
    if (page->has_more) about.append("more", true);
    return Arguments{std::move(page->events), std::move(about)};
}

constexpr MetaProcedure procedures[] = {{"wamp.subscription.get_events", get_events}};

}  // namespace

std::span<const MetaProcedure> history_procedures() { return procedures; }

}  // namespace kreisel
