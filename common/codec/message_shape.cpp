#include "common/codec/message_shape.hpp"

#include <initializer_list>

namespace kreisel {

namespace {

using enum MessageType;
using Kind = FieldKind;

constexpr Field request{Kind::id, "request"};
constexpr Field request_or_zero{Kind::id_or_zero, "request"};
constexpr Field options{Kind::dict, "options"};
constexpr Field details{Kind::dict, "details"};
constexpr Field extra{Kind::dict, "extra"};
constexpr Field reason{Kind::text, "reason"};
constexpr Field topic{Kind::text, "topic"};
constexpr Field procedure{Kind::text, "procedure"};
constexpr Field subscription{Kind::id, "subscription"};
constexpr Field registration{Kind::id, "registration"};
constexpr Field publication{Kind::id, "publication"};

constexpr Shape shape(MessageType type, std::initializer_list<Field> fields,
                      Tail tail = Tail::none) {
    Shape made;
    made.type = type;
    made.tail = tail;
    for (const Field& field : fields) made.fields[made.count++] = field;
    return made;
}

constexpr std::array shapes = {
    shape(hello, {{Kind::text_or_null, "realm"}, details}),
    shape(welcome, {{Kind::id, "session"}, details}),
    shape(MessageType::abort, {details, reason}, Tail::payload),
    shape(challenge, {{Kind::text, "method"}, extra}),
    shape(authenticate, {{Kind::text, "signature"}, extra}),
    shape(goodbye, {details, reason}),
    shape(error, {{Kind::request_type, "request type"}, request, details, {Kind::text, "error"}},
          Tail::payload),
    shape(publish, {request, options, topic}, Tail::payload),
    shape(published, {request, publication}),
    shape(subscribe, {request, options, topic}),
    shape(subscribed, {request, subscription}),
    shape(unsubscribe, {request, subscription}),
    shape(unsubscribed, {request_or_zero}, Tail::dict),
    shape(event, {subscription, publication, details}, Tail::payload),
    shape(call, {request, options, procedure}, Tail::payload),
    shape(cancel, {request, options}),
    shape(result, {request, details}, Tail::payload),
    shape(register_, {request, options, procedure}),
    shape(registered, {request, registration}),
    shape(unregister, {request, registration}),
    shape(unregistered, {request_or_zero}, Tail::dict),
    shape(invocation, {request, registration, details}, Tail::payload),
    shape(interrupt, {request, options}),
    shape(yield, {request, options}, Tail::payload),
    shape(event_received, {publication}),
};

constexpr std::size_t type_max = 337;
constexpr std::uint8_t no_shape = 0xff;

// Type numbers to places in `shapes`.
constexpr auto places = [] {
    std::array<std::uint8_t, type_max + 1> made{};
    for (auto& place : made) place = no_shape;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        made[static_cast<std::size_t>(shapes[i].type)] = static_cast<std::uint8_t>(i);
    }
    return made;
}();

}  // namespace

const Shape* find_shape(std::uint64_t type) {
    if (type > type_max || places[type] == no_shape) return nullptr;
    return &shapes[places[type]];
}

}  // namespace kreisel
