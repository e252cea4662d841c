// json_read: a validated span is told to a sink, value by value (json.hpp).

#include "common/base/base64.hpp"
#include "common/codec/json.hpp"
#include "common/codec/json_number.hpp"
#include "common/codec/json_text.hpp"

#include <string>
#include <vector>

namespace kreisel {

namespace {

// Tells validated JSON. The bounds are checked all the same: a fault of ours must not read beyond.
class JsonReader {
  public:
    JsonReader(std::string_view text, ValueSink& sink) : rest_(text), sink_(sink) {}

    void read_all() {
        while (next() != '\0') {
            read_value();
            if (next() == ',') drop(rest_, 1);
        }
    }

  private:
    char next() { return next_json_char(rest_); }

    void read_value() {
        switch (next()) {
            case '"':
                read_text();
                break;
            case '{':
                read_dict();
                break;
            case '[':
                read_list();
                break;
            case 'n':
                drop(rest_, 4);
                sink_.on_null();
                break;
            case 't':
                drop(rest_, 4);
                sink_.on_bool(true);
                break;
            case 'f':
                drop(rest_, 5);
                sink_.on_bool(false);
                break;
            default:
                read_number();
        }
    }

    void read_list() {
        drop(rest_, 1);
        sink_.on_list_begin(ValueSink::unknown_size);
        for (char c = next(); c != ']' && c != '\0'; c = next()) {
            read_value();
            if (next() == ',') drop(rest_, 1);
        }
        drop(rest_, 1);
        sink_.on_list_end();
    }

    void read_dict() {
        drop(rest_, 1);
        sink_.on_dict_begin(ValueSink::unknown_size);
        for (char c = next(); c != '}' && c != '\0'; c = next()) {
            const std::string_view key = take_json_string(rest_);
            if (key.find('\\') == std::string_view::npos) {
                sink_.on_key(key);
            } else {
                sink_.on_key(json_unescape(key));
            }
            next();
            drop(rest_, 1);  // the colon
            read_value();
            if (next() == ',') drop(rest_, 1);
        }
        drop(rest_, 1);
        sink_.on_dict_end();
    }

    void read_text() {
        const std::string_view inside = take_json_string(rest_);
        if (inside.find('\\') == std::string_view::npos) {
            sink_.on_text(inside);
            return;
        }
        const std::string text = json_unescape(inside);
        if (text.front() == '\0') {
            // WAMP a/serialization_binary_json; what is no base64 stays text.
            if (const auto bytes = from_base64(std::string_view(text).substr(1))) {
                sink_.on_binary(*bytes);
                return;
            }
        }
        sink_.on_text(text);
    }

    void read_number() {
        const std::string_view digits = take_json_number(rest_);
        if (digits.empty()) return drop(rest_, 1);
        tell_number(parse_json_number(digits), sink_);
    }

    std::string_view rest_;
    ValueSink& sink_;
};

}  // namespace

void json_read(std::span<const std::uint8_t> bytes, ValueSink& sink) {
    JsonReader({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, sink).read_all();
}

}  // namespace kreisel
