// Options and details of every message. First octet: the type; then a dictionary in JSON. A
// dictionary is judged key by key: it is refused iff one of its keys alone is; unknown keys and
// nulls pass; and what passes is the same message in every encoding and back.
#include "common/base/check.hpp"
#include "common/codec/codec.hpp"
#include "common/wamp/options.hpp"

#include <array>
#include <string>
#include <string_view>

namespace {

using namespace kreisel;

struct Template {
    std::string_view head;
    std::string_view tail;
};

// Every message that holds a dictionary.
constexpr std::array<Template, 19> templates = {{
    {R"([1,"realm1",)", "]"},
    {"[2,1,", "]"},
    {"[3,", R"(,"a.b"])"},
    {R"([4,"ticket",)", "]"},
    {R"([5,"secret",)", "]"},
    {"[6,", R"(,"a.b"])"},
    {"[8,48,1,", R"(,"a.b",[1],{"k":2}])"},
    {"[16,1,", R"(,"a.b",[1],{"k":2}])"},
    {"[32,1,", R"(,"a.b"])"},
    {"[35,0,", "]"},
    {"[36,1,1,", ",[1]]"},
    {"[48,1,", R"(,"a.b",[1]])"},
    {"[49,1,", "]"},
    {"[50,1,", ",[1]]"},
    {"[64,1,", R"(,"a.b"])"},
    {"[67,0,", "]"},
    {"[68,1,1,", ",[1]]"},
    {"[69,1,", "]"},
    {"[70,1,", ",[1]]"},
}};

template <class T>
concept HasOptions = requires(T message) {
    message.options;
};
template <class T>
concept HasDetails = requires(T message) {
    message.details;
};
template <class T>
concept HasExtra = requires(T message) {
    message.extra;
};

struct OptionsOf {
    template <class T>
    Dict operator()(const T& message) const {
        if constexpr (HasOptions<T>) {
            return message.options;
        } else if constexpr (HasDetails<T>) {
            return message.details;
        } else if constexpr (HasExtra<T>) {
            return message.extra;
        } else {
            return {};
        }
    }
};

std::string encoded(const Message& message, Encoding encoding) {
    ByteWriter bytes;
    encode(message, encoding, bytes);
    return std::string(bytes.text());
}

Result<Message> decoded(std::string_view text, Encoding encoding) {
    return decode(encoding, SharedBytes::copy_of(text), {});
}

/// Whether each key passes when it stands alone.
bool passes_by_key(MessageType type, const Dict& options) {
    for (const auto& [key, value] : options) {
        if (!check_options(type, Dict{{key, value}})) return false;
    }
    return true;
}

void check_dict(MessageType type, const Dict& options) {
    CHECK(check_options(type, options).has_value() == passes_by_key(type, options),
          "a dictionary is judged key by key");
    Dict nulls;
    Dict unknown = options;
    unknown.set("x_unknown", List{1, "two", Dict{}});
    for (const auto& [key, value] : options) nulls.set(key, nullptr);
    CHECK(check_options(type, nulls).has_value(), "null is for not set");
    CHECK(check_options(type, unknown).has_value() == check_options(type, options).has_value(),
          "an unknown key passes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);

    // INTERRUPT has few rules, so it tells what the dictionary holds even if others refuse it.
    const auto loose = decoded("[69,1," + std::string(text) + "]", Encoding::json);
    const Template& wanted = templates[data[0] % templates.size()];
    const auto message =
        decoded(std::string(wanted.head).append(text).append(wanted.tail), Encoding::json);
    if (loose) {
        const Dict options = std::visit(OptionsOf{}, *loose);
        for (unsigned type = 1; type <= 70; ++type) {
            if (std::string_view(to_text(static_cast<MessageType>(type))).empty()) continue;
            check_dict(static_cast<MessageType>(type), options);
        }
    }
    if (!message) return 0;
    const Dict options = std::visit(OptionsOf{}, *message);
    CHECK(check_options(type_of(*message), options).has_value(), "what is decoded was judged");
    const std::string once = encoded(*message, Encoding::json);
    for (const Encoding encoding : {Encoding::json, Encoding::msgpack, Encoding::cbor}) {
        const auto again = decoded(encoded(*message, encoding), encoding);
        CHECK(again.has_value(), "what was taken can be taken again");
        // JSON has no infinity, which too large a number is to others.
        CHECK(encoding == Encoding::json || std::visit(OptionsOf{}, *again) == options,
              "with the same options");
        CHECK(encoded(*again, Encoding::json) == once, "as the same message");
    }
    return 0;
}
