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
    JsonReader(std::string_view text, ValueSink& sink) : text_(text), sink_(sink) {}

    void read_all() {
        while (next() != '\0') {
            read_value();
            if (next() == ',') ++at_;
        }
    }

  private:
    /// Next character that is no white space, or 0 at the end.
    char next() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' ||
                                      text_[at_] == '\r' || text_[at_] == '\t')) {
            ++at_;
        }
        return at_ < text_.size() ? text_[at_] : '\0';
    }

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
                at_ += 4;
                sink_.on_null();
                break;
            case 't':
                at_ += 4;
                sink_.on_bool(true);
                break;
            case 'f':
                at_ += 5;
                sink_.on_bool(false);
                break;
            default:
                read_number();
        }
    }

    void read_list() {
        ++at_;
        sink_.on_list_begin(ValueSink::unknown_size);
        for (char c = next(); c != ']' && c != '\0'; c = next()) {
            read_value();
            if (next() == ',') ++at_;
        }
        ++at_;
        sink_.on_list_end();
    }

    void read_dict() {
        ++at_;
        sink_.on_dict_begin(ValueSink::unknown_size);
        for (char c = next(); c != '}' && c != '\0'; c = next()) {
            const std::string_view key = read_string();
            if (key.find('\\') == std::string_view::npos) {
                sink_.on_key(key);
            } else {
                sink_.on_key(json_unescape(key));
            }
            next();
            ++at_;  // the colon
            read_value();
            if (next() == ',') ++at_;
        }
        ++at_;
        sink_.on_dict_end();
    }

    /// Inside of the string that starts here.
    std::string_view read_string() {
        const std::size_t start = ++at_;
        for (;;) {
            const std::size_t end = text_.find_first_of("\"\\", at_);
            if (end == std::string_view::npos) {
                at_ = text_.size();
                return text_.substr(start);
            }
            if (text_[end] == '"') {
                at_ = end + 1;
                return text_.substr(start, end - start);
            }
            at_ = end + 2;
        }
    }

    void read_text() {
        const std::string_view inside = read_string();
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
        const std::size_t start = at_;
        while (at_ < text_.size() && is_number_part(text_[at_])) ++at_;
        if (at_ == start) {
            ++at_;
            return;
        }
        const JsonNumber number = parse_json_number(text_.substr(start, at_ - start));
        if (const auto* integer = std::get_if<std::int64_t>(&number)) sink_.on_int(*integer);
        if (const auto* large = std::get_if<std::uint64_t>(&number)) sink_.on_uint(*large);
        if (const auto* real = std::get_if<double>(&number)) sink_.on_double(*real);
    }

    static bool is_number_part(char c) {
        return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
    }

    std::string_view text_;
    ValueSink& sink_;
    std::size_t at_ = 0;
};

}  // namespace

void json_read(std::span<const std::uint8_t> bytes, ValueSink& sink) {
    JsonReader({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, sink).read_all();
}

}  // namespace kreisel
