#include "common/codec/message_writer.hpp"

#include "common/codec/format.hpp"
#include "common/codec/value_sink.hpp"

namespace kreisel {

namespace {

/// What stands behind the fields of a message, as a count of elements.
struct More {
    std::size_t elements = 0;
};

More more(const Payload& payload) { return {payload.elements}; }

/// HELLO.Realm: null lets the router choose.
struct Realm {
    const std::string& name;
};

template <class Writer>
class HeadWriter {
  public:
    explicit HeadWriter(Writer& writer) : writer_(writer) {}

    void operator()(const Hello& m) { put(MessageType::hello, {}, Realm{m.realm}, m.details); }
    void operator()(const Welcome& m) { put(MessageType::welcome, {}, m.session, m.details); }
    void operator()(const Abort& m) {
        put(MessageType::abort, more(m.payload), m.details, m.reason);
    }
    void operator()(const Challenge& m) { put(MessageType::challenge, {}, m.method, m.extra); }
    void operator()(const Authenticate& m) {
        put(MessageType::authenticate, {}, m.signature, m.extra);
    }
    void operator()(const Goodbye& m) { put(MessageType::goodbye, {}, m.details, m.reason); }
    void operator()(const ErrorMessage& m) {
        put(MessageType::error, more(m.payload), m.request_type, m.request, m.details, m.error);
    }
    void operator()(const Publish& m) {
        put(MessageType::publish, more(m.payload), m.request, m.options, m.topic);
    }
    void operator()(const Published& m) {
        put(MessageType::published, {}, m.request, m.publication);
    }
    void operator()(const Subscribe& m) {
        put(MessageType::subscribe, {}, m.request, m.options, m.topic);
    }
    void operator()(const Subscribed& m) {
        put(MessageType::subscribed, {}, m.request, m.subscription);
    }
    void operator()(const Unsubscribe& m) {
        put(MessageType::unsubscribe, {}, m.request, m.subscription);
    }
    void operator()(const Unsubscribed& m) {
        if (m.details.empty()) return put(MessageType::unsubscribed, {}, m.request);
        put(MessageType::unsubscribed, {}, m.request, m.details);
    }
    void operator()(const Event& m) {
        put(MessageType::event, more(m.payload), m.subscription, m.publication, m.details);
    }
    void operator()(const Call& m) {
        put(MessageType::call, more(m.payload), m.request, m.options, m.procedure);
    }
    void operator()(const Cancel& m) { put(MessageType::cancel, {}, m.request, m.options); }
    void operator()(const ResultMessage& m) {
        put(MessageType::result, more(m.payload), m.request, m.details);
    }
    void operator()(const Register& m) {
        put(MessageType::register_, {}, m.request, m.options, m.procedure);
    }
    void operator()(const Registered& m) {
        put(MessageType::registered, {}, m.request, m.registration);
    }
    void operator()(const Unregister& m) {
        put(MessageType::unregister, {}, m.request, m.registration);
    }
    void operator()(const Unregistered& m) {
        if (m.details.empty()) return put(MessageType::unregistered, {}, m.request);
        put(MessageType::unregistered, {}, m.request, m.details);
    }
    void operator()(const Invocation& m) {
        put(MessageType::invocation, more(m.payload), m.request, m.registration, m.details);
    }
    void operator()(const Interrupt& m) { put(MessageType::interrupt, {}, m.request, m.options); }
    void operator()(const Yield& m) {
        put(MessageType::yield, more(m.payload), m.request, m.options);
    }
    void operator()(const EventReceived& m) { put(MessageType::event_received, {}, m.publication); }

  private:
    template <class... Fields>
    void put(MessageType type, More behind, const Fields&... fields) {
        writer_.on_list_begin(1 + sizeof...(fields) + behind.elements);
        field(type);
        (field(fields), ...);
    }

    void field(MessageType type) { writer_.on_int(static_cast<std::int64_t>(type)); }
    template <class Tag>
    void field(Id<Tag> id) {
        writer_.on_int(static_cast<std::int64_t>(id.value));
    }
    void field(const std::string& text) { writer_.on_text(text); }
    void field(const Realm& realm) {
        if (realm.name.empty()) return writer_.on_null();
        writer_.on_text(realm.name);
    }
    void field(const Dict& dict) {
        if (!dict.empty()) return tell_dict(dict, writer_);
        writer_.on_dict_begin(0);
        writer_.on_dict_end();
    }

    Writer& writer_;
};

}  // namespace

void write_head(const Message& message, Encoding encoding, ByteWriter& out) {
    with_writer(encoding, out,
                [&message](auto& writer) { std::visit(HeadWriter(writer), message); });
    const Payload* payload = payload_of(message);
    if (encoding == Encoding::json && payload != nullptr && !payload->empty()) out.put(',');
}

std::string_view message_end(Encoding encoding) {
    return encoding == Encoding::json ? std::string_view("]") : std::string_view();
}

void write_payload(const Payload& payload, Encoding encoding, ByteWriter& out) {
    if (payload.encoding == encoding) return out.put(payload.bytes.span());
    with_writer(encoding, out, [&payload](auto& writer) {
        format_of(payload.encoding).read(payload.bytes.span(), writer);
    });
}

}  // namespace kreisel
