// The facts of WAMP's conformance vectors in all encodings: bytes to attributes and back, and
// messages whose options are of valid or invalid types.
#include "codec_helpers.hpp"
#include "common/wamp/errors.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::codec_test;

namespace {

// Each struct's fields by name, spelled out: a mix-up in the decoder must not hide in the encoder.
struct Attributes {
    Dict dict;

    void payload(const Payload& payload) {
        if (payload.empty()) return;
        const Arguments arguments = read_payload(payload);
        if (payload.is_opaque) {
            const auto* blob = arguments.args.front().get_if<Blob>();
            BOOST_REQUIRE(blob != nullptr);
            dict.append("payload", to_hex(blob->bytes));
            return;
        }
        dict.append("args", arguments.args);
        if (payload.elements == 2) dict.append("kwargs", arguments.kwargs);
    }
    void put(const char* name, Value value) { dict.append(name, std::move(value)); }

    void operator()(const Hello& m) { put("realm", m.realm), put("details", m.details); }
    void operator()(const Welcome& m) { put("session", m.session), put("details", m.details); }
    void operator()(const Abort& m) { put("details", m.details), put("reason", m.reason); }
    void operator()(const Challenge& m) { put("method", m.method), put("extra", m.extra); }
    void operator()(const Authenticate& m) { put("signature", m.signature), put("extra", m.extra); }
    void operator()(const Goodbye& m) { put("details", m.details), put("reason", m.reason); }
    void operator()(const ErrorMessage& m) {
        put("request_type", static_cast<int>(m.request_type)), put("request", m.request);
        put("details", m.details), put("error", m.error), payload(m.payload);
    }
    void operator()(const Publish& m) {
        put("request", m.request), put("options", m.options), put("topic", m.topic);
        payload(m.payload);
    }
    void operator()(const Published& m) {
        put("request", m.request), put("publication", m.publication);
    }
    void operator()(const Subscribe& m) {
        put("request", m.request), put("options", m.options), put("topic", m.topic);
    }
    void operator()(const Subscribed& m) {
        put("request", m.request), put("subscription", m.subscription);
    }
    void operator()(const Unsubscribe& m) {
        put("request", m.request), put("subscription", m.subscription);
    }
    void operator()(const Unsubscribed& m) { put("request", m.request); }
    void operator()(const Event& m) {
        put("subscription", m.subscription), put("publication", m.publication);
        put("details", m.details), payload(m.payload);
    }
    void operator()(const Call& m) {
        put("request", m.request), put("options", m.options), put("procedure", m.procedure);
        payload(m.payload);
    }
    void operator()(const Cancel& m) { put("request", m.request), put("options", m.options); }
    void operator()(const ResultMessage& m) {
        put("request", m.request), put("details", m.details), payload(m.payload);
    }
    void operator()(const Register& m) {
        put("request", m.request), put("options", m.options), put("procedure", m.procedure);
    }
    void operator()(const Registered& m) {
        put("request", m.request), put("registration", m.registration);
    }
    void operator()(const Unregister& m) {
        put("request", m.request), put("registration", m.registration);
    }
    void operator()(const Unregistered& m) { put("request", m.request); }
    void operator()(const Invocation& m) {
        put("request", m.request), put("registration", m.registration), put("details", m.details);
        payload(m.payload);
    }
    void operator()(const Interrupt& m) { put("request", m.request), put("options", m.options); }
    void operator()(const Yield& m) {
        put("request", m.request), put("options", m.options), payload(m.payload);
    }
    void operator()(const EventReceived& m) { put("publication", m.publication); }
};

Dict attributes_of(const Message& message) {
    Attributes attributes;
    attributes.put("type", static_cast<int>(type_of(message)));
    std::visit(attributes, message);
    return attributes.dict;
}

const List& vectors() {
    static const List file = list_of(file_text(KREISEL_CODEC_VECTORS));
    return file.at(0).get_if<List>()[0];
}

const List& validity() {
    static const List file = list_of(file_text(KREISEL_CODEC_VECTORS));
    return file.at(1).get_if<List>()[0];
}

template <class Use>
void for_each_encoded_vector(Use&& use) {
    for (const Value& entry : vectors()) {
        const Dict& vector = *entry.get_if<Dict>();
        for (const Encoding encoding : all_encodings) {
            for (const Value& hex : *vector.find_list(to_text(encoding))) {
                const auto bytes = from_hex(*hex.get_if<std::string>());
                BOOST_TEST_CONTEXT(*vector.find_text("name") << " in " << to_text(encoding)) {
                    const auto message = decode(encoding, SharedBytes::copy_of(bytes), {});
                    BOOST_REQUIRE_MESSAGE(message, message.error().text);
                    use(*message, *vector.find_dict("expected"));
                }
            }
        }
    }
}

// Opaque payload of old clients is bytes in the binary encodings; the facts tell it as text.
List in_encoding(const List& message, const Dict& options, Encoding encoding) {
    List adapted = message;
    if (encoding != Encoding::json && options.has("enc_algo")) {
        const auto bytes = from_hex(*message.back().get_if<std::string>());
        adapted.back() = Blob{bytes};
    }
    return adapted;
}

const Dict& options_in(const List& message) {
    static const Dict none;
    for (const Value& element : message) {
        if (const Dict* dict = element.get_if<Dict>()) return *dict;
    }
    return none;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vectors_of_wamp)

BOOST_AUTO_TEST_CASE(every_encoding_decodes_to_its_attributes) {
    std::size_t count = 0;

    for_each_encoded_vector([&count](const Message& message, const Dict& expected) {
        BOOST_TEST((attributes_of(message) == expected), encode_text(message)
                                                             << " differs from what is expected");
        ++count;
    });

    BOOST_TEST(count >= 3 * 36U);
}

BOOST_AUTO_TEST_CASE(what_is_encoded_decodes_to_the_same_attributes) {
    for_each_encoded_vector([](const Message& message, const Dict& expected) {
        for (const Encoding target : all_encodings) {
            const auto bytes = SharedBytes::copy_of(encode_text(message, target));

            const auto again = decode(target, bytes, {});

            BOOST_REQUIRE_MESSAGE(again, again.error().text);
            BOOST_TEST((attributes_of(*again) == expected), "through " << to_text(target));
        }
    });
}

BOOST_AUTO_TEST_CASE(option_types_are_judged_alike_in_all_encodings) {
    for (const Value& entry : validity()) {
        const Dict& judged = *entry.get_if<Dict>();
        const List& message = *judged.find_list("message");
        const Dict& options = options_in(message);
        // An unknown match policy is the ERROR of its request, given by the broker.
        const bool is_brokers = options.find_text("match") == "invalid";
        const bool is_valid = judged.is_true("valid") || is_brokers;
        for (const Encoding encoding : all_encodings) {
            const auto bytes = bytes_of(in_encoding(message, options, encoding), encoding);

            const auto decoded = decode(encoding, bytes, {});

            BOOST_TEST(decoded.has_value() == is_valid, *judged.find_text("name")
                                                            << " in " << to_text(encoding));
            if (!decoded) BOOST_TEST(decoded.error().uri == uris::protocol_violation);
        }
    }
    BOOST_TEST(validity().size() == 67U);
}

BOOST_AUTO_TEST_SUITE_END()
