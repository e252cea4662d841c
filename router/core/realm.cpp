#include "router/core/realm.hpp"

#include "common/base/check.hpp"
#include "router/core/answers.hpp"
#include "router/core/authorizer.hpp"
#include "router/core/broker.hpp"
#include "router/core/dealer.hpp"
#include "router/core/departures.hpp"
#include "router/core/events/event_keeper.hpp"
#include "router/core/meta/meta_api.hpp"
#include "router/core/meta/meta_events.hpp"
#include "router/core/questions.hpp"
#include "router/core/reflection.hpp"
#include "router/core/request_facts.hpp"
#include "router/core/sessions.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace kreisel {

namespace {

/// Held requests of one session that one step lets go.
constexpr std::size_t releases_per_step = 64;

}  // namespace

struct Realm::Parts {
    Parts(RealmOptions o, Random& random)
        : options(std::move(o)),
          sessions(random.next(), options.limits),
          events(broker, time),
          keeper(sessions, options.limits, time, options.store),
          broker(sessions, random, events, keeper, random.next()),
          dealer(sessions, random, options.limits, events, time, random.next()),
          reflection(options.limits, events, random.next()),
          questions(sessions, dealer),
          authorizer(sessions, dealer, questions, options, time),
          departures(sessions, broker, dealer, reflection, events),
          meta(RealmTables{sessions, broker, dealer, departures, reflection, time, authorizer}) {
        if (options.permissions == nullptr) options.permissions = std::make_shared<Permissions>();
        keeper.set_rules(options.history, broker);
    }

    void dispatch(Session& session, Message&& message, Effects& effects);
    void dispatch_call(Session& session, Call&& message, Effects& effects) {
        // Nobody can register below `wamp.`: those procedures are the router's own. The dealer
        // judges a request id that is pending, and drops what carries on a call that is over: its
        // procedure has passed no judgement of the gate.
        if (!message.is_continuation && is_reserved_uri(message.procedure) &&
            session.calls.find(message.request.value) == nullptr) {
            return meta.call(session, message, effects);
        }
        close_if_failed(session, dealer.call(session, std::move(message), effects), effects);
    }
    /// The end of every input: meta events, then what became of the router's own calls.
    void settle(Effects& effects) {
        events.flush(effects);
        while (dealer.has_replies()) {
            for (const Answer& answer : questions.settle(effects)) {
                release(authorizer.on_answer(answer), effects);
            }
        }
    }
    /// A message of a session whose role has an authorizer.
    void handle_at_gate(Session& session, Message&& message, Effects& effects);
    /// Handles what has waited long enough.
    void release(PeerRef peer, Effects& effects);
    /// Whether the user may have one more session.
    Result<void> judge_count(const SessionInfo& session, const RolePermissions& role,
                             Effects& effects);
    void close_if_failed(Session& session, Result<void> result, Effects& effects) {
        if (result) return;
        departures.close(session, CloseKind::abort, make_violation(std::move(result.error().text)),
                         effects);
    }

    RealmOptions options;
    RealmTime time;
    Sessions sessions;
    MetaEvents events;
    EventKeeper keeper;
    Broker broker;
    Dealer dealer;
    Reflection reflection;
    Questions questions;
    Authorizer authorizer;
    Departures departures;
    MetaApi meta;
};

void Realm::Parts::dispatch(Session& session, Message&& message, Effects& effects) {
    std::visit(
        [&](auto& typed) {
            using Type = std::decay_t<decltype(typed)>;
            if constexpr (std::is_same_v<Type, Publish>) {
                broker.publish(session, typed, effects);
            } else if constexpr (std::is_same_v<Type, Subscribe>) {
                broker.subscribe(session, typed, effects);
            } else if constexpr (std::is_same_v<Type, Unsubscribe>) {
                broker.unsubscribe(session, typed, effects);
            } else if constexpr (std::is_same_v<Type, Call>) {
                dispatch_call(session, std::move(typed), effects);
            } else if constexpr (std::is_same_v<Type, Cancel>) {
                dealer.cancel(session, typed, effects);
            } else if constexpr (std::is_same_v<Type, Yield>) {
                close_if_failed(session, dealer.yield(session, std::move(typed), effects), effects);
            } else if constexpr (std::is_same_v<Type, ErrorMessage>) {
                close_if_failed(session, dealer.error(session, std::move(typed), effects), effects);
            } else if constexpr (std::is_same_v<Type, Register>) {
                dealer.register_(session, typed, effects);
            } else if constexpr (std::is_same_v<Type, Unregister>) {
                dealer.unregister(session, typed, effects);
            } else if constexpr (std::is_same_v<Type, Goodbye> || std::is_same_v<Type, Abort>) {
                departures.start(session, effects);
            } else {
                // The ingress lets none of these pass; the core does not rely on it.
                departures.close(session, CloseKind::abort,
                                 make_violation("not a message of a client"), effects);
            }
        },
        message);
    events.flush(effects);
}

void Realm::Parts::handle_at_gate(Session& session, Message&& message, Effects& effects) {
    const auto* cancel = std::get_if<Cancel>(&message);
    if (cancel != nullptr && authorizer.cancel(session, *cancel, effects)) {
        return release(session.ref, effects);
    }
    if (!Authorizer::may_be_held(message)) return dispatch(session, std::move(message), effects);
    Authorizer::hold(session, std::move(message), effects);
    release(session.ref, effects);
}

void Realm::Parts::release(PeerRef peer, Effects& effects) {
    for (std::size_t count = 0; count < releases_per_step; ++count) {
        // What was let go may have ended the session.
        Session* session = sessions.find(peer);
        if (session == nullptr || session->gate == nullptr) return;
        auto next = authorizer.release(*session, effects);
        if (!next) return;
        session->ruled_disclosure = next->disclose;
        dispatch(*session, std::move(next->message), effects);
        session = sessions.find(peer);
        if (session != nullptr) session->ruled_disclosure.reset();
    }
    authorizer.postpone(peer);
}

Result<void> Realm::Parts::judge_count(const SessionInfo& session, const RolePermissions& role,
                                       Effects& effects) {
    const RealmLimits& limits =
        role.traits().limits == nullptr ? options.limits : *role.traits().limits;
    const auto others = sessions.of_user(session.authid);
    if (limits.sessions_per_authid == 0 || session.authmethod == "anonymous" ||
        others.size() < limits.sessions_per_authid) {
        return {};
    }
    ++sessions.limits_reached()[static_cast<std::size_t>(RealmLimit::sessions_per_authid)];
    // Some of them may be dead, and nobody has noticed: then the next try finds room.
    for (const PeerRef other : others) effects.probe(other);
    return fail(uris::limit_exceeded, "the user has as many sessions as it may");
}

Realm::Realm(RealmOptions options, Random& random)
    : parts_(std::make_unique<Parts>(std::move(options), random)) {}

Realm::~Realm() = default;

void Realm::set_time(RealmTime time) {
    if (time.now < parts_->time.now) return;
    parts_->time = time;
}

Result<PeerRef> Realm::join(SessionInfo session, Effects& effects) {
    if (!is_valid_id(session.id.value) || parts_->sessions.find(session.id) != nullptr) {
        return fail(uris::authentication_failed, "the session id is taken");
    }
    const RolePermissions* role = parts_->options.permissions->find_role(session.authrole);
    if (role == nullptr) {
        return fail(uris::no_such_role, "the realm has no role " + session.authrole);
    }
    if (auto judged = parts_->judge_count(session, *role, effects); !judged) {
        return tl::unexpected<Error>(std::move(judged.error()));
    }
    Welcome welcome = std::exchange(session.welcome, Welcome{});
    const Session& joined = parts_->sessions.add(std::move(session), role);
    effects.send(joined.ref, std::move(welcome));
    parts_->events.joined(joined);
    parts_->settle(effects);
    return joined.ref;
}

void Realm::leave(PeerRef peer, Effects& effects) {
    Session* session = parts_->sessions.find(peer);
    if (session == nullptr) return;
    parts_->departures.start(*session, effects);
    parts_->settle(effects);
}

void Realm::handle(PeerRef peer, Message&& message, Effects& effects) {
    Session* session = parts_->sessions.find(peer);
    if (session == nullptr) return;
    if (session->gate == nullptr) {
        parts_->dispatch(*session, std::move(message), effects);
    } else {
        parts_->handle_at_gate(*session, std::move(message), effects);
    }
    parts_->settle(effects);
}

void Realm::handle_again_judged(PeerRef peer, Message&& message, Effects& effects) {
    const Session* session = parts_->sessions.find(peer);
    if (session == nullptr) return;
    const auto request = request_facts(message);
    // At a gate every request is judged by the rules of now.
    if (request && session->gate == nullptr) {
        const Decision decision =
            session->permissions.decide(request->action, request->uri, request->match);
        if (!decision.is_allowed) {
            if (!request->is_answered) return;
            effects.send(peer, make_error(request->type, request->request, uris::not_authorized,
                                          "the role may not do this any more"));
            return;
        }
    }
    handle(peer, std::move(message), effects);
}

void Realm::ask(Question question, Effects& effects) {
    parts_->questions.ask(std::move(question), Questions::Asker::host, effects);
    parts_->settle(effects);
}

void Realm::refuse_invocation(PeerRef callee, RequestId invocation, std::string_view error,
                              Effects& effects) {
    const Session* session = parts_->sessions.find(callee);
    if (session == nullptr) return;
    parts_->dealer.refuse_invocation(*session, invocation, error, effects);
    parts_->settle(effects);
}

void Realm::tell_dropped(PeerRef peer, std::uint64_t events, Effects& effects) {
    const Session* session = parts_->sessions.find(peer);
    if (session == nullptr) return;
    parts_->broker.publish_own_to(*session, "wamp.session.on_events_dropped",
                                  make_payload({Value(events)}), effects);
}

void Realm::confirm_alive(PeerRef peer, Effects& effects) {
    parts_->dealer.confirm_alive(peer, effects);
    parts_->settle(effects);
}

RequestId Realm::oldest_invocation(PeerRef callee) const {
    const Session* session = parts_->sessions.find(callee);
    if (session == nullptr) return RequestId{1};
    RequestId oldest{session->last_invocation + 1};
    for (const std::uint64_t id : session->invocations.keys()) {
        if (id < oldest.value) oldest = RequestId{id};
    }
    return oldest;
}

std::optional<TimePoint> Realm::next_deadline() const {
    // What sessions left behind is due at once, that is: as of the last time known here.
    if (!parts_->departures.empty() || parts_->authorizer.has_postponed()) {
        return parts_->time.now;
    }
    const auto keeping = parts_->keeper.next_deadline();
    const auto calling = parts_->dealer.next_deadline();
    if (!keeping || !calling) return keeping ? keeping : calling;
    return std::min(*keeping, *calling);
}

void Realm::on_time(TimePoint now, Effects& effects) {
    parts_->time.now = std::max(parts_->time.now, now);
    parts_->departures.run(effects);
    for (const PeerRef peer : parts_->authorizer.take_postponed()) parts_->release(peer, effects);
    parts_->dealer.on_time(effects);
    parts_->keeper.on_time(effects);
    parts_->settle(effects);
}

void Realm::set_permissions(PermissionsPtr permissions, Effects& effects) {
    CHECK(permissions != nullptr, "a realm has permissions, if empty ones");
    // The sessions point into the old snapshot until each has been given the new one.
    const PermissionsPtr old = std::exchange(parts_->options.permissions, std::move(permissions));
    parts_->authorizer.forget_questions();
    std::vector<PeerRef> closing;
    for (const PeerRef peer : parts_->sessions.joined()) {
        Session& session = *parts_->sessions.find(peer);
        const RolePermissions* rules =
            parts_->options.permissions->find_role(session.info.authrole);
        if (rules == nullptr) {
            closing.push_back(peer);
            continue;
        }
        const bool is_unchanged = rules->has_same_rules(*session.permissions.role());
        const SessionPermissions before = std::move(session.permissions);
        parts_->sessions.set_permissions(session, rules);
        parts_->authorizer.purge(session, "");
        if (is_unchanged) continue;
        parts_->dealer.revoke_unpermitted(session, before, effects);
        parts_->broker.revoke_unpermitted(session, before, effects);
    }
    // All of them are out before what they held is taken apart: none hears of another's end.
    for (const PeerRef peer : closing) {
        effects.close(peer, CloseKind::goodbye,
                      make_goodbye(uris::close_killed, "the session's role was removed"));
        parts_->departures.announce(*parts_->sessions.find(peer));
    }
    parts_->departures.set_permissions(*parts_->options.permissions);
    parts_->departures.run(effects);
    parts_->settle(effects);
}

void Realm::set_limits(const RealmLimits& limits) { parts_->options.limits = limits; }

void Realm::set_history(std::vector<HistoryRule> rules) {
    parts_->options.history = std::move(rules);
    parts_->keeper.set_rules(parts_->options.history, parts_->broker);
}

void Realm::restore(StoredEvents stored) { parts_->keeper.restore(std::move(stored)); }

void Realm::on_stored(const StoreOutcome& outcome, Effects& effects) {
    parts_->keeper.on_stored(outcome, effects);
}

void Realm::close_all(std::string_view reason, Effects& effects) {
    for (const PeerRef peer : parts_->sessions.joined()) {
        effects.close(peer, CloseKind::goodbye, make_goodbye(reason));
    }
    // Nobody is left to be told of anything: the tables go as a whole.
    parts_->departures.clear();
    parts_->dealer.clear();
    parts_->broker.clear();
    parts_->reflection.clear();
    parts_->questions.close(effects);
    parts_->authorizer.clear();
    parts_->sessions.clear();
}

RealmCounts Realm::counts() const {
    return RealmCounts{parts_->sessions.size(),
                       parts_->broker.subscription_count(),
                       parts_->broker.subscriber_count(),
                       parts_->dealer.registrations().size(),
                       parts_->dealer.registrations().callee_count(),
                       parts_->dealer.pending_count(),
                       parts_->dealer.pending_count(),
                       parts_->reflection.size()};
}

const RealmLimitCounts& Realm::limits_reached() const { return parts_->sessions.limits_reached(); }

const RealmOptions& Realm::options() const { return parts_->options; }

}  // namespace kreisel
