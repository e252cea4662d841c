#include "router/core/meta/meta_events.hpp"

#include "common/codec/codec.hpp"
#include "router/core/broker.hpp"
#include "router/core/meta/details.hpp"
#include "router/core/reflection.hpp"
#include "router/core/registrations.hpp"

#include <utility>

namespace kreisel {

namespace {

constexpr std::string_view session_on_join = "wamp.session.on_join";
constexpr std::string_view session_on_leave = "wamp.session.on_leave";
constexpr std::string_view registration_on_create = "wamp.registration.on_create";
constexpr std::string_view registration_on_register = "wamp.registration.on_register";
constexpr std::string_view registration_on_unregister = "wamp.registration.on_unregister";
constexpr std::string_view registration_on_delete = "wamp.registration.on_delete";
constexpr std::string_view subscription_on_create = "wamp.subscription.on_create";
constexpr std::string_view subscription_on_subscribe = "wamp.subscription.on_subscribe";
constexpr std::string_view subscription_on_unsubscribe = "wamp.subscription.on_unsubscribe";
constexpr std::string_view subscription_on_delete = "wamp.subscription.on_delete";
constexpr std::string_view reflect_on_define = "wamp.reflect.on_define";
constexpr std::string_view reflect_on_undefine = "wamp.reflect.on_undefine";

/// Who watches subscriptions to meta events would watch itself.
bool is_told_of(const Session& session, const Subscription& subscription) {
    return !session.leaves_silently && !is_reserved_uri(subscription.topic);
}

}  // namespace

void MetaEvents::joined(const Session& session) {
    if (!broker_.has_subscribers(session_on_join)) return;
    waiting_.push_back({session_on_join, make_payload({identity_of(session)})});
}

void MetaEvents::left(const Session& session) {
    if (session.leaves_silently || !broker_.has_subscribers(session_on_leave)) return;
    waiting_.push_back({session_on_leave, make_payload({session.info.id, session.info.authid,
                                                        session.info.authrole})});
}

void MetaEvents::registered(const Session& callee, const Registration& registration) {
    if (registration.members.size() == 1 && broker_.has_subscribers(registration_on_create)) {
        waiting_.push_back(
            {registration_on_create, make_payload({callee.info.id, details_of(registration)})});
    }
    note_ids(registration_on_register, callee.info.id, registration.id.value);
}

void MetaEvents::unregistered(const Session& callee, const Registration& registration) {
    if (callee.leaves_silently) return;
    note_ids(registration_on_unregister, callee.info.id, registration.id.value);
    if (!registration.members.empty()) return;
    note_ids(registration_on_delete, callee.info.id, registration.id.value);
}

void MetaEvents::subscribed(const Session& subscriber, const Subscription& subscription) {
    if (!is_told_of(subscriber, subscription)) return;
    if (subscription.subscribers.size() == 1 && broker_.has_subscribers(subscription_on_create)) {
        waiting_.push_back(
            {subscription_on_create, make_payload({subscriber.info.id, details_of(subscription)})});
    }
    note_ids(subscription_on_subscribe, subscriber.info.id, subscription.id.value);
}

void MetaEvents::unsubscribed(const Session& subscriber, const Subscription& subscription) {
    if (!is_told_of(subscriber, subscription)) return;
    note_ids(subscription_on_unsubscribe, subscriber.info.id, subscription.id.value);
    if (!subscription.subscribers.empty()) return;
    note_ids(subscription_on_delete, subscriber.info.id, subscription.id.value);
}

void MetaEvents::defined(const Session& cause, const Definition& definition, IsNew is_new) {
    if (cause.leaves_silently || !broker_.has_subscribers(reflect_on_define)) return;
    List args{Value(std::string_view(definition.uri))};
    args.push_back(read_payload(definition.description).args.front());
    args.emplace_back(is_new == IsNew::yes);
    waiting_.push_back({reflect_on_define, make_payload(args)});
}

void MetaEvents::undefined(const Session& cause, std::string_view uri) {
    if (cause.leaves_silently || !broker_.has_subscribers(reflect_on_undefine)) return;
    waiting_.push_back({reflect_on_undefine, make_payload({Value(uri)})});
}

void MetaEvents::note_ids(std::string_view topic, SessionId session, std::uint64_t id) {
    if (!broker_.has_subscribers(topic)) return;
    waiting_.push_back({topic, make_payload({session, id})});
}

void MetaEvents::publish(Effects& effects) {
    for (const Waiting& event : waiting_) {
        broker_.publish_own(event.topic, event.payload, effects);
    }
    waiting_.clear();
}

}  // namespace kreisel
