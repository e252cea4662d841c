// The model's broker: every subscription is looked at for every publication.

#include "common/wamp/errors.hpp"
#include "tests/sim/model.hpp"

#include <algorithm>
#include <memory>

namespace kreisel::sim {

namespace {

bool contains(const std::vector<Actor>& actors, Actor actor) {
    return std::find(actors.begin(), actors.end(), actor) != actors.end();
}

/// WAMP a/subscriber_blackwhite_listing: an absent list says nothing; an empty eligible list says
/// nobody.
bool passes(const Dict& options, const std::string& what, const Value& own) {
    const auto holds = [&own](const List& list) {
        return std::any_of(list.begin(), list.end(), [&own](const Value& value) {
            return value == own || (own.to_uint() && value.to_uint() == own.to_uint());
        });
    };
    const List* eligible = options.find_list("eligible" + what);
    const List* exclude = options.find_list("exclude" + what);
    return (eligible == nullptr || holds(*eligible)) && (exclude == nullptr || !holds(*exclude));
}

bool has_lists(const Dict& options) {
    for (const std::string key : {"eligible", "exclude"}) {
        for (const auto* what : {"", "_authid", "_authrole"}) {
            if (options.find(key + what) != nullptr) return true;
        }
    }
    return false;
}

}  // namespace

void Model::subscribe(Actor actor, const Subscribe& request, Expectations& expected) {
    const auto refuse = [&](std::string_view uri) {
        expected.push_back(make_error(actor, MessageType::subscribe, request.request, uri));
    };
    const auto match = match_policy_of(request.options.find_text("match").value_or("exact"));
    if (!match) return refuse(uris::invalid_argument);
    const PatternChoice pattern{request.topic, *match};
    std::size_t held = 0;
    SubscriptionId known;
    bool is_held = false;
    for (const ModelSubscription& subscription : subscriptions_) {
        const bool is_mine = contains(subscription.subscribers, actor);
        held += is_mine ? 1 : 0;
        if (subscription.pattern.uri != pattern.uri || subscription.pattern.match != *match) {
            continue;
        }
        known = subscription.id;
        is_held = is_mine;
    }
    if (!is_held && held >= limits_.subscriptions_per_session) return refuse(uris::limit_exceeded);
    Expected answer = make(actor, Subscribed{request.request, {}});
    answer.on_match = [this, pattern, known](Actor to, const Message& actual) {
        const SubscriptionId id = std::get<Subscribed>(actual).subscription;
        if (!is_valid_id(id.value)) throw Fault("a subscription id out of range");
        if (known) {
            if (id != known) throw Fault("one topic and match policy, two subscription ids");
        } else {
            bind_subscription(pattern, id);
        }
        for (ModelSubscription& subscription : subscriptions_) {
            if (subscription.id != id || contains(subscription.subscribers, to)) continue;
            subscription.subscribers.push_back(to);
        }
    };
    expected.push_back(std::move(answer));
    if (request.options.is_true("get_retained")) send_retained(actor, pattern, expected);
}

void Model::send_retained(Actor actor, const PatternChoice& pattern, Expectations& expected) {
    for (const auto& [topic, events] : retained_) {
        if (!matches(pattern.uri, pattern.match, topic)) continue;
        const auto best = std::find_if(events.rbegin(), events.rend(), [&](const auto& event) {
            return is_receiver(actor, event.publisher, event.publication.options);
        });
        if (best == events.rend()) continue;
        note("retained event");
        Dict details = best->details;
        if (pattern.match != MatchPolicy::exact) details.set("topic", topic);
        details.set("retained", true);
        Expected sent = make(actor, Event{{}, {}, details, best->publication.payload});
        sent.on_match = [this, pattern, id = best->id](Actor, const Message& actual) {
            const auto& event = std::get<Event>(actual);
            const bool is_known = std::any_of(
                subscriptions_.begin(), subscriptions_.end(), [&](const auto& subscription) {
                    return subscription.id == event.subscription &&
                           subscription.pattern.uri == pattern.uri &&
                           subscription.pattern.match == pattern.match;
                });
            if (!is_known) throw Fault("a retained event for another subscription");
            if (!*id) *id = event.publication;
            if (*id != event.publication) throw Fault("a retained event under another id");
        };
        expected.push_back(std::move(sent));
    }
}

bool Model::has_room(const Publish& request) const {
    return request.payload.empty() || retained_.count(request.topic) != 0 ||
           retained_.size() < limits_.retained_topics;
}

void Model::keep(ModelRetained event) {
    const Uri topic = event.publication.topic;
    if (event.publication.payload.empty()) {
        note("retained event taken away");
        retained_.erase(topic);
        return;
    }
    auto& events = retained_[topic];
    const auto is_for_some = [](const ModelRetained& kept) {
        return has_lists(kept.publication.options);
    };
    if (is_for_some(event)) {
        note("retained for some");
        std::erase_if(events, is_for_some);
    } else {
        events.clear();
    }
    events.push_back(std::move(event));
}

void Model::bind_subscription(const PatternChoice& pattern, SubscriptionId id) {
    for (const ModelSubscription& other : subscriptions_) {
        if (other.id == id) throw Fault("one subscription id for two patterns");
    }
    subscriptions_.push_back({pattern, id, {}});
}

void Model::unsubscribe(Actor actor, const Unsubscribe& request, Expectations& expected) {
    for (const ModelSubscription& subscription : subscriptions_) {
        if (subscription.id != request.subscription) continue;
        if (!contains(subscription.subscribers, actor)) break;
        remove_subscriber(actor, request.subscription);
        expected.push_back(make(actor, Unsubscribed{request.request, {}}));
        return;
    }
    expected.push_back(
        make_error(actor, MessageType::unsubscribe, request.request, uris::no_such_subscription));
}

void Model::remove_subscriber(Actor actor, SubscriptionId id) {
    for (ModelSubscription& subscription : subscriptions_) {
        if (subscription.id == id) std::erase(subscription.subscribers, actor);
    }
    std::erase_if(subscriptions_, [](const auto& s) { return s.subscribers.empty(); });
}

bool Model::is_receiver(Actor actor, Actor publisher, const Dict& options) const {
    if (!sessions_.at(actor).is_joined) return false;
    if (actor == publisher) {
        const Value* exclude_me = options.find("exclude_me");
        if (exclude_me == nullptr || *exclude_me == Value(true)) return false;
    }
    const ModelSession& session = sessions_.at(actor);
    return passes(options, "", session.id) && passes(options, "_authid", session.authid) &&
           passes(options, "_authrole", session.role);
}

void Model::publish(Actor actor, const Publish& request, Expectations& expected) {
    const ModelSession& publisher = sessions_.at(actor);
    const bool is_acknowledged = request.options.is_true("acknowledge");
    const bool is_asked = request.options.is_true("disclose_me");
    const Disclose disclose = judge(rules(publisher), Action::publish, request.topic).disclose;
    if (is_asked && disclose == Disclose::never) {
        if (!is_acknowledged) return;
        expected.push_back(
            make_error(actor, MessageType::publish, request.request, uris::disclose_me_disallowed));
        return;
    }
    const bool is_retained = request.options.is_true("retain");
    if (is_retained && !has_room(request)) {
        note("no room to retain");
        if (is_acknowledged) {
            expected.push_back(
                make_error(actor, MessageType::publish, request.request, uris::limit_exceeded));
            return;
        }
    }
    const auto publication = std::make_shared<PublicationId>();
    const auto check_publication = [publication](PublicationId id) {
        if (!is_valid_id(id.value)) throw Fault("a publication id out of range");
        if (!*publication) *publication = id;
        if (*publication != id) throw Fault("one publication, two ids");
    };
    Dict disclosed;
    if (disclose == Disclose::always || (is_asked && disclose == Disclose::on_request)) {
        disclosed.set("publisher", publisher.id);
        disclosed.set("publisher_authid", publisher.authid);
        disclosed.set("publisher_authrole", publisher.role);
    }
    if (is_retained && has_room(request)) keep({actor, request, disclosed, publication});
    for (const ModelSubscription& subscription : subscriptions_) {
        const PatternChoice& pattern = subscription.pattern;
        if (!matches(pattern.uri, pattern.match, request.topic)) continue;
        Dict details = disclosed;
        if (pattern.match != MatchPolicy::exact) details.set("topic", request.topic);
        for (const Actor receiver : subscription.subscribers) {
            if (!is_receiver(receiver, actor, request.options)) continue;
            Expected event = make(receiver, Event{subscription.id, {}, details, request.payload});
            event.on_match = [check_publication](Actor, const Message& actual) {
                check_publication(std::get<Event>(actual).publication);
            };
            expected.push_back(std::move(event));
        }
    }
    if (!is_acknowledged) return;
    Expected answer = make(actor, Published{request.request, {}});
    answer.on_match = [check_publication](Actor, const Message& actual) {
        check_publication(std::get<Published>(actual).publication);
    };
    expected.push_back(std::move(answer));
}

}  // namespace kreisel::sim
