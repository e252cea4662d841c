#pragma once
// MetaEvents: wamp.session.on_*, wamp.registration.on_*, wamp.subscription.on_* and
// wamp.reflect.on_* (rfc/text/advanced/meta_api_*, interface_reflection).
//
// Realm, broker and dealer say here what happened. Where nobody is subscribed to that topic, this
// costs the look-up and nothing is kept; else the event waits until the input that caused it has
// been answered, so that REGISTERED comes before on_register. The router is the publisher: the
// session that is the cause gets the event too if it is subscribed. Owned by the Realm; serial
// step.

#include "common/wamp/messages.hpp"
#include "router/core/effects.hpp"
#include "router/core/realm.hpp"

#include <string_view>
#include <vector>

namespace kreisel {

class Broker;
struct Definition;
struct Registration;
struct Session;
struct Subscription;

class MetaEvents {
  public:
    /// The references must outlive this; `broker` is not used before the first note.
    MetaEvents(Broker& broker, const RealmTime& time) : broker_(broker), time_(time) {}

    void joined(const Session& session);
    void left(const Session& session);
    // Each of these for a table that has changed already: on_create goes before the first member,
    // on_delete follows the last. A session that leaves silently is passed over.
    void registered(const Session& callee, const Registration& registration);
    void unregistered(const Session& callee, const Registration& registration);
    void subscribed(const Session& subscriber, const Subscription& subscription);
    void unsubscribed(const Session& subscriber, const Subscription& subscription);

    /// What is told of a URI is new, or another than before.
    enum class IsNew : std::uint8_t { no, yes };
    void defined(const Session& cause, const Definition& definition, IsNew is_new);
    /// Nobody tells anything of a URI any more.
    void undefined(const Session& cause, std::string_view uri);

    /// Publishes what waits.
    void flush(Effects& effects) {
        if (!waiting_.empty()) publish(effects);
    }
    /// When it is, for the `created` of details.
    [[nodiscard]] WallTime wall() const { return time_.wall; }

  private:
    struct Waiting {
        std::string_view topic;
        Payload payload;
    };
    void note_ids(std::string_view topic, SessionId session, std::uint64_t id);
    void publish(Effects& effects);

    Broker& broker_;
    const RealmTime& time_;
    std::vector<Waiting> waiting_;
};

}  // namespace kreisel
