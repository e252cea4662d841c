#include "common/wamp/messages.hpp"

#include <array>

namespace kreisel {

namespace {

constexpr std::array<MessageType, message_type_count> types_in_order = {
    MessageType::hello,         MessageType::welcome,      MessageType::abort,
    MessageType::challenge,     MessageType::authenticate, MessageType::goodbye,
    MessageType::error,         MessageType::publish,      MessageType::published,
    MessageType::subscribe,     MessageType::subscribed,   MessageType::unsubscribe,
    MessageType::unsubscribed,  MessageType::event,        MessageType::call,
    MessageType::cancel,        MessageType::result,       MessageType::register_,
    MessageType::registered,    MessageType::unregister,   MessageType::unregistered,
    MessageType::invocation,    MessageType::interrupt,    MessageType::yield,
    MessageType::event_received};

}  // namespace

MessageType type_at(std::size_t index) { return types_in_order.at(index); }

MessageType type_of(const Message& message) { return types_in_order[message.index()]; }

const Payload* payload_of(const Message& message) {
    return std::visit(
        [](const auto& m) -> const Payload* {
            if constexpr (requires { m.payload; }) {
                return &m.payload;
            } else {
                return nullptr;
            }
        },
        message);
}

std::string_view to_text(MessageType type) {
    switch (type) {
        case MessageType::hello:
            return "HELLO";
        case MessageType::welcome:
            return "WELCOME";
        case MessageType::abort:
            return "ABORT";
        case MessageType::challenge:
            return "CHALLENGE";
        case MessageType::authenticate:
            return "AUTHENTICATE";
        case MessageType::goodbye:
            return "GOODBYE";
        case MessageType::error:
            return "ERROR";
        case MessageType::publish:
            return "PUBLISH";
        case MessageType::published:
            return "PUBLISHED";
        case MessageType::subscribe:
            return "SUBSCRIBE";
        case MessageType::subscribed:
            return "SUBSCRIBED";
        case MessageType::unsubscribe:
            return "UNSUBSCRIBE";
        case MessageType::unsubscribed:
            return "UNSUBSCRIBED";
        case MessageType::event:
            return "EVENT";
        case MessageType::call:
            return "CALL";
        case MessageType::cancel:
            return "CANCEL";
        case MessageType::result:
            return "RESULT";
        case MessageType::register_:
            return "REGISTER";
        case MessageType::registered:
            return "REGISTERED";
        case MessageType::unregister:
            return "UNREGISTER";
        case MessageType::unregistered:
            return "UNREGISTERED";
        case MessageType::invocation:
            return "INVOCATION";
        case MessageType::interrupt:
            return "INTERRUPT";
        case MessageType::yield:
            return "YIELD";
        case MessageType::event_received:
            return "EVENT_RECEIVED";
    }
    return "UNKNOWN";
}

}  // namespace kreisel
