#include "common/codec/message_reader.hpp"

#include "common/base/check.hpp"
#include "common/codec/format.hpp"
#include "common/codec/message_shape.hpp"
#include "common/codec/value_sink.hpp"
#include "common/wamp/options.hpp"

#include <utility>

namespace kreisel {

namespace {

tl::unexpected<Error> violation(MessageType type, std::string_view what) {
    std::string text(to_text(type));
    text += ": ";
    text += what;
    return fail(uris::protocol_violation, std::move(text));
}

tl::unexpected<Error> violation(const Shape& shape, const Field& field, std::string_view what) {
    std::string text(field.name);
    text += what;
    return violation(shape.type, text);
}

bool is_request_type(std::uint64_t number) {
    switch (static_cast<MessageType>(number)) {
        case MessageType::publish:
        case MessageType::subscribe:
        case MessageType::unsubscribe:
        case MessageType::call:
        case MessageType::cancel:
        case MessageType::register_:
        case MessageType::unregister:
        case MessageType::invocation:
            return true;
        default:
            return false;
    }
}

/// Why `element` cannot be such a field, or empty.
std::string_view fault_of(const Element& element, FieldKind kind) {
    switch (kind) {
        case FieldKind::id:
            return is_valid_id(element.number) ? "" : " must be an id, an integer from 1 to 2^53";
        case FieldKind::id_or_zero:
            return element.number == 0 || is_valid_id(element.number)
                       ? ""
                       : " must be 0 or an id, an integer from 1 to 2^53";
        case FieldKind::request_type:
            return element.number <= 0xffff && is_request_type(element.number)
                       ? ""
                       : " must be the type of a request";
        case FieldKind::text:
            return element.kind == ElementKind::text ? "" : " must be a string";
        case FieldKind::text_or_null:
            return element.kind == ElementKind::text || element.kind == ElementKind::null
                       ? ""
                       : " must be a string or null";
        case FieldKind::dict:
            return element.kind == ElementKind::dict ? "" : " must be a dictionary";
    }
    return " is unknown";
}

Result<void> check_fields(const ScannedMessage& scanned, const Shape& shape) {
    if (scanned.count < shape.elements_min()) return violation(shape.type, "too few elements");
    if (scanned.count > shape.elements_max()) return violation(shape.type, "too many elements");
    for (std::size_t i = 0; i < shape.count; ++i) {
        const std::string_view fault = fault_of(scanned.elements[i + 1], shape.fields[i].kind);
        if (!fault.empty()) return violation(shape, shape.fields[i], fault);
    }
    if (shape.tail == Tail::dict && scanned.count > shape.elements_min() &&
        scanned.elements[scanned.count - 1].kind != ElementKind::dict) {
        return violation(shape.type, "details must be a dictionary");
    }
    return {};
}

// Takes the fields of checked elements.
class FieldReader {
  public:
    FieldReader(const ScannedMessage& scanned, const Shape& shape, Encoding encoding,
                const SharedBytes& bytes)
        : scanned_(scanned), shape_(shape), encoding_(encoding), bytes_(bytes) {}

    /// Decodes the one dict before the payload and checks it and the payload's place.
    Result<void> prepare() {
        for (std::size_t i = 0; i < shape_.count; ++i) {
            const Element& element = scanned_.elements[i + 1];
            if (element.kind == ElementKind::text && !is_text_everywhere(element, i + 1)) {
                return violation(shape_, shape_.fields[i], " must not start with U+0000");
            }
        }
        const std::size_t count =
            shape_.tail == Tail::dict ? scanned_.count : std::size_t{1} + shape_.count;
        for (std::size_t i = 1; i < count; ++i) {
            const Element& element = scanned_.elements[i];
            if (element.kind != ElementKind::dict || element.is_empty) continue;
            options_ = format_of(encoding_).dict(span_of(element));
            if (auto checked = check_options(shape_.type, options_); !checked) return checked;
        }
        return shape_.tail == Tail::payload ? prepare_payload() : Result<void>();
    }

    template <class IdType>
    IdType id(std::size_t place) const {
        return IdType{scanned_.elements[place].number};
    }
    MessageType type(std::size_t place) const {
        return static_cast<MessageType>(scanned_.elements[place].number);
    }
    std::string text(std::size_t place) const {
        const Element& element = scanned_.elements[place];
        if (element.is_plain) return std::string(element.text);
        if (element.kind == ElementKind::null) return {};
        ValueBuilder builder;
        format_of(encoding_).read(span_of(element), builder);
        const Value value = builder.take_scalar();
        const auto* content = value.get_if<std::string>();
        CHECK(content != nullptr, "scanner and reader agree on what is text");
        return *content;
    }
    Dict options() { return std::move(options_); }
    Payload payload() { return std::move(payload_); }

  private:
    std::span<const std::uint8_t> span_of(const Element& element) const {
        return bytes_.span().subspan(element.offset, element.size);
    }

    /// JSON takes a string that starts with U+0000 for binary, which no field of a head may be.
    bool is_text_everywhere(const Element& element, std::size_t place) const {
        if (element.is_plain) return element.text.empty() || element.text.front() != '\0';
        const std::string content = text(place);
        return content.empty() || content.front() != '\0';
    }

    Result<void> prepare_payload() {
        const std::size_t first = std::size_t{1} + shape_.count;
        if (scanned_.count == first) return {};
        const Element& args = scanned_.elements[first];
        const bool has_kwargs = scanned_.count > first + 1;
        const bool is_opaque = !has_kwargs && options_.find("enc_algo") != nullptr &&
                               (args.kind == ElementKind::binary || args.kind == ElementKind::text);
        if (!is_opaque && args.kind != ElementKind::list) {
            return violation(shape_.type, "args must be a list");
        }
        const Element* last = is_opaque || !args.is_empty ? &args : nullptr;
        std::uint8_t count = last == nullptr ? 0 : 1;
        if (has_kwargs) {
            const Element& kwargs = scanned_.elements[first + 1];
            if (kwargs.kind != ElementKind::dict) {
                return violation(shape_.type, "kwargs must be a dictionary");
            }
            if (!kwargs.is_empty) {
                last = &kwargs;
                count = 2;
            }
        }
        if (last == nullptr) return {};
        payload_.encoding = encoding_;
        payload_.elements = count;
        payload_.is_opaque = is_opaque;
        payload_.bytes = bytes_.slice(args.offset, last->offset + last->size - args.offset);
        return {};
    }

    const ScannedMessage& scanned_;
    const Shape& shape_;
    Encoding encoding_;
    const SharedBytes& bytes_;
    Dict options_;
    Payload payload_;
};

Result<Message> read_session_message(FieldReader& fields, MessageType type) {
    switch (type) {
        case MessageType::hello:
            return Hello{fields.text(1), fields.options()};
        case MessageType::welcome:
            return Welcome{fields.id<SessionId>(1), fields.options()};
        case MessageType::abort:
            return Abort{fields.options(), fields.text(2), fields.payload()};
        case MessageType::challenge:
            return Challenge{fields.text(1), fields.options()};
        case MessageType::authenticate:
            return Authenticate{fields.text(1), fields.options()};
        case MessageType::goodbye:
            return Goodbye{fields.options(), fields.text(2)};
        default:
            return ErrorMessage{fields.type(1), fields.id<RequestId>(2), fields.options(),
                                fields.text(4), fields.payload()};
    }
}

Result<Message> read_pubsub_message(FieldReader& fields, MessageType type) {
    switch (type) {
        case MessageType::publish:
            return Publish{fields.id<RequestId>(1), fields.options(), fields.text(3),
                           fields.payload()};
        case MessageType::published:
            return Published{fields.id<RequestId>(1), fields.id<PublicationId>(2)};
        case MessageType::subscribe:
            return Subscribe{fields.id<RequestId>(1), fields.options(), fields.text(3)};
        case MessageType::subscribed:
            return Subscribed{fields.id<RequestId>(1), fields.id<SubscriptionId>(2)};
        case MessageType::unsubscribe:
            return Unsubscribe{fields.id<RequestId>(1), fields.id<SubscriptionId>(2)};
        case MessageType::unsubscribed:
            return Unsubscribed{fields.id<RequestId>(1), fields.options()};
        case MessageType::event:
            return Event{fields.id<SubscriptionId>(1), fields.id<PublicationId>(2),
                         fields.options(), fields.payload()};
        default:
            return EventReceived{fields.id<PublicationId>(1)};
    }
}

Result<Message> read_call_message(FieldReader& fields, MessageType type) {
    switch (type) {
        case MessageType::call:
            return Call{fields.id<RequestId>(1), fields.options(), fields.text(3),
                        fields.payload()};
        case MessageType::cancel:
            return Cancel{fields.id<RequestId>(1), fields.options()};
        case MessageType::result:
            return ResultMessage{fields.id<RequestId>(1), fields.options(), fields.payload()};
        case MessageType::register_:
            return Register{fields.id<RequestId>(1), fields.options(), fields.text(3)};
        case MessageType::registered:
            return Registered{fields.id<RequestId>(1), fields.id<RegistrationId>(2)};
        case MessageType::unregister:
            return Unregister{fields.id<RequestId>(1), fields.id<RegistrationId>(2)};
        case MessageType::unregistered:
            return Unregistered{fields.id<RequestId>(1), fields.options()};
        case MessageType::invocation:
            return Invocation{fields.id<RequestId>(1), fields.id<RegistrationId>(2),
                              fields.options(), fields.payload()};
        case MessageType::interrupt:
            return Interrupt{fields.id<RequestId>(1), fields.options()};
        default:
            return Yield{fields.id<RequestId>(1), fields.options(), fields.payload()};
    }
}

}  // namespace

Result<Message> read_message(const ScannedMessage& scanned, Encoding encoding,
                             const SharedBytes& bytes) {
    if (scanned.count == 0) return fail(uris::protocol_violation, "an empty list is no message");
    const Element& first = scanned.elements[0];
    const Shape* shape = find_shape(first.number);
    if (shape == nullptr) {
        if (first.number == Element::no_number) {
            return fail(uris::protocol_violation, "a message starts with the number of its type");
        }
        return fail(uris::protocol_violation,
                    "no message has the type " + std::to_string(first.number));
    }
    if (auto checked = check_fields(scanned, *shape); !checked) {
        return tl::unexpected<Error>(std::move(checked.error()));
    }
    FieldReader fields(scanned, *shape, encoding, bytes);
    if (auto prepared = fields.prepare(); !prepared) {
        return tl::unexpected<Error>(std::move(prepared.error()));
    }
    const auto number = static_cast<unsigned>(shape->type);
    if (number < 16) return read_session_message(fields, shape->type);
    if (number < 48 || shape->type == MessageType::event_received) {
        return read_pubsub_message(fields, shape->type);
    }
    return read_call_message(fields, shape->type);
}

}  // namespace kreisel
