#pragma once
// One plain struct per WAMP message type, and Message, the variant of them all.
//
// Fields stand in the order of the wire. Options and details stay dictionaries of what the peer
// said; the codec has checked that known keys have the right type (common/wamp/options.hpp). Args
// and kwargs stay undecoded: see Payload. Source: rfc/text/basic/messages.

#include "common/wamp/ids.hpp"
#include "common/wamp/payload.hpp"
#include "common/wamp/uri.hpp"
#include "common/wamp/value.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace kreisel {

enum class MessageType : std::uint16_t {
    hello = 1,
    welcome = 2,
    abort = 3,
    challenge = 4,
    authenticate = 5,
    goodbye = 6,
    error = 8,
    publish = 16,
    published = 17,
    subscribe = 32,
    subscribed = 33,
    unsubscribe = 34,
    unsubscribed = 35,
    event = 36,
    call = 48,
    cancel = 49,
    result = 50,
    register_ = 64,
    registered = 65,
    unregister = 66,
    unregistered = 67,
    invocation = 68,
    interrupt = 69,
    yield = 70,
    event_received = 337,
};

/// `PUBLISH`, `REGISTER`, ...
[[nodiscard]] std::string_view to_text(MessageType type);

struct Hello {
    Uri realm;  ///< empty if the client sent null
    Dict details;
};
struct Welcome {
    SessionId session;
    Dict details;
};
struct Abort {
    Dict details;
    Uri reason;
    Payload payload;
};
struct Challenge {
    std::string method;
    Dict extra;
};
struct Authenticate {
    std::string signature;
    Dict extra;
};
struct Goodbye {
    Dict details;
    Uri reason;
};
/// `request` is an id of the type named by `request_type`.
struct ErrorMessage {
    MessageType request_type = MessageType::call;
    RequestId request;
    Dict details;
    Uri error;
    Payload payload;
};
struct Publish {
    RequestId request;
    Dict options;
    Uri topic;
    Payload payload;
};
struct Published {
    RequestId request;
    PublicationId publication;
};
struct Subscribe {
    RequestId request;
    Dict options;
    Uri topic;
};
struct Subscribed {
    RequestId request;
    SubscriptionId subscription;
};
struct Unsubscribe {
    RequestId request;
    SubscriptionId subscription;
};
/// `request` 0 with details: the router revoked the subscription.
struct Unsubscribed {
    RequestId request;
    Dict details;
};
struct Event {
    SubscriptionId subscription;
    PublicationId publication;
    Dict details;
    Payload payload;
};
struct Call {
    RequestId request;
    Dict options;
    Uri procedure;
    Payload payload;
    /// Not of the wire: the request id is none of a new call, so this can only carry on a
    /// progressive invocation. Set by the gate, which knows the ids of the session.
    bool is_continuation = false;
};
struct Cancel {
    RequestId request;
    Dict options;
};
struct ResultMessage {
    RequestId request;
    Dict details;
    Payload payload;
};
struct Register {
    RequestId request;
    Dict options;
    Uri procedure;
};
struct Registered {
    RequestId request;
    RegistrationId registration;
};
struct Unregister {
    RequestId request;
    RegistrationId registration;
};
/// `request` 0 with details: the router revoked the registration.
struct Unregistered {
    RequestId request;
    Dict details;
};
struct Invocation {
    RequestId request;
    RegistrationId registration;
    Dict details;
    Payload payload;
};
struct Interrupt {
    RequestId request;
    Dict options;
};
struct Yield {
    RequestId request;
    Dict options;
    Payload payload;
};
/// Known to the codec only; a violation from a client.
struct EventReceived {
    PublicationId publication;
};

using Message = std::variant<Hello, Welcome, Abort, Challenge, Authenticate, Goodbye, ErrorMessage,
                             Publish, Published, Subscribe, Subscribed, Unsubscribe, Unsubscribed,
                             Event, Call, Cancel, ResultMessage, Register, Registered, Unregister,
                             Unregistered, Invocation, Interrupt, Yield, EventReceived>;

inline constexpr std::size_t message_type_count = std::variant_size_v<Message>;
/// The type of the messages whose `index()` this is.
[[nodiscard]] MessageType type_at(std::size_t index);
[[nodiscard]] MessageType type_of(const Message& message);
/// The payload of a message that carries one, else nullptr.
[[nodiscard]] const Payload* payload_of(const Message& message);

}  // namespace kreisel
