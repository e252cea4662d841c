// json_scan: the strict door of JSON; finds the elements of a message (json.hpp).

#include "common/base/base64.hpp"
#include "common/codec/json.hpp"
#include "common/codec/json_number.hpp"
#include "common/codec/json_text.hpp"
#include "common/codec/key_set.hpp"
#include "common/codec/utf8.hpp"

#include <cmath>
#include <forward_list>

namespace kreisel {

namespace {

constexpr std::string_view format_name = "JSON";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Walks the text once. Each function leaves at_ behind what it took, or gives false with what_ set
// and at_ at the fault.
class JsonScanner {
  public:
    JsonScanner(std::string_view text, unsigned depth_max)
        : begin_(text.data()),
          at_(text.data()),
          end_(text.data() + text.size()),
          depth_max_(bounded_depth(depth_max)) {}

    Result<ScannedMessage> scan() {
        ScannedMessage message;
        if (!scan_message(message)) return malformed(format_name, what_, offset());
        return message;
    }

  private:
    struct StringSpan {
        std::string_view inside;
        bool has_escape = false;
    };

    std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }

    bool wrong(std::string_view what) {
        what_ = what;
        return false;
    }

    void skip_space() {
        while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    }

    /// Next character that is no white space, or 0 at the end.
    char next() {
        skip_space();
        return at_ < end_ ? *at_ : '\0';
    }

    bool enter(unsigned depth) {
        if (depth > depth_max_) return wrong("nested too deeply");
        ++at_;
        return true;
    }

    bool scan_message(ScannedMessage& message) {
        if (next() != '[') return wrong("a message is a list");
        if (!enter(1)) return false;
        bool has_options = false;
        if (next() == ']') {
            ++at_;
        } else {
            for (;;) {
                if (message.count == ScannedMessage::elements_max) {
                    return wrong("more than 7 elements");
                }
                if (!scan_element(message.elements[message.count++], has_options)) return false;
                const char c = next();
                if (c == ',') {
                    ++at_;
                    continue;
                }
                if (c != ']') return wrong("',' or ']' expected");
                ++at_;
                break;
            }
        }
        skip_space();
        return at_ == end_ || wrong("more text behind the message");
    }

    bool scan_element(Element& element, bool& has_options) {
        const char c = next();
        const char* const start = at_;
        element.offset = offset();
        bool is_fine = false;
        if (c == '"') {
            is_fine = scan_text_element(element);
        } else if (c == '{') {
            element.kind = ElementKind::dict;
            is_fine = scan_dict(2, has_options ? KeyRule::unique_here : KeyRule::unique_whole,
                                element.is_empty);
            has_options = true;
        } else if (c == '[') {
            element.kind = ElementKind::list;
            is_fine = scan_list(2, KeyRule::free, element.is_empty);
        } else if (c == '-' || is_digit(c)) {
            is_fine = scan_number_element(element);
        } else {
            element.kind = c == 'n' ? ElementKind::null : ElementKind::boolean;
            is_fine = scan_word();
        }
        element.size = static_cast<std::size_t>(at_ - start);
        return is_fine;
    }

    bool scan_text_element(Element& element) {
        StringSpan string;
        if (!scan_string(string)) return false;
        element.kind = ElementKind::text;
        element.is_plain = !string.has_escape;
        element.is_empty = string.inside.empty();
        if (element.is_plain) {
            element.text = string.inside;
        } else if (starts_like_binary(string.inside)) {
            const std::string text = json_unescape(string.inside);
            if (base64_decoded_size(std::string_view(text).substr(1))) {
                element.kind = ElementKind::binary;
            }
        }
        return true;
    }

    bool scan_number_element(Element& element) {
        const char* const start = at_;
        // Ids and types: a run of digits that cannot overflow.
        std::uint64_t value = 0;
        const char* digit = at_;
        while (digit < end_ && is_digit(*digit) && digit - at_ < 18) {
            value = value * 10 + static_cast<std::uint64_t>(*digit++ - '0');
        }
        const bool is_simple = digit > at_ && digit < end_ && (*at_ != '0' || digit == at_ + 1) &&
                               (*digit == ',' || *digit == ']' || *digit == ' ');
        if (is_simple) {
            at_ = digit;
            element.kind = ElementKind::integer;
            element.number = value;
            return true;
        }
        if (!scan_number()) return false;
        const auto number = parse_json_number({start, static_cast<std::size_t>(at_ - start)});
        element.kind =
            std::holds_alternative<double>(number) ? ElementKind::floating : ElementKind::integer;
        if (const auto id = Value(std::visit([](auto n) { return Value(n); }, number)).to_uint()) {
            element.number = *id;
        }
        return true;
    }

    bool scan_value(unsigned depth, KeyRule rule) {
        bool is_empty = false;
        const char c = next();
        switch (c) {
            case '"': {
                StringSpan string;
                return scan_string(string);
            }
            case '{':
                return scan_dict(depth, rule, is_empty);
            case '[':
                return scan_list(depth, rule, is_empty);
            case 't':
            case 'f':
            case 'n':
                return scan_word();
            default:
                return scan_number();
        }
    }

    bool scan_list(unsigned depth, KeyRule rule, bool& is_empty) {
        if (!enter(depth)) return false;
        is_empty = next() == ']';
        if (is_empty) {
            ++at_;
            return true;
        }
        for (;;) {
            if (!scan_value(depth + 1, rule)) return false;
            const char c = next();
            if (c == ',') {
                ++at_;
                continue;
            }
            if (c != ']') return wrong("',' or ']' expected");
            ++at_;
            return true;
        }
    }

    bool scan_dict(unsigned depth, KeyRule rule, bool& is_empty) {
        if (!enter(depth)) return false;
        is_empty = next() == '}';
        if (is_empty) {
            ++at_;
            return true;
        }
        if (rule == KeyRule::free) return scan_entries(depth, rule, [](const StringSpan&) {});
        KeySet keys;
        std::forward_list<std::string> unescaped;
        const bool is_fine = scan_entries(depth, rule, [&](const StringSpan& key) {
            keys.add(key.has_escape
                         ? std::string_view(unescaped.emplace_front(json_unescape(key.inside)))
                         : key.inside);
        });
        if (!is_fine) return false;
        return !keys.has_duplicate() || wrong("a key stands twice in the dictionary that ends");
    }

    template <class OnKey>
    bool scan_entries(unsigned depth, KeyRule rule, OnKey&& on_key) {
        for (;;) {
            StringSpan key;
            if (next() != '"') return wrong("a string as key expected");
            if (!scan_string(key)) return false;
            on_key(key);
            if (next() != ':') return wrong("':' expected");
            ++at_;
            if (!scan_value(depth + 1, rule_within(rule))) return false;
            const char c = next();
            if (c == ',') {
                ++at_;
                continue;
            }
            if (c != '}') return wrong("',' or '}' expected");
            ++at_;
            return true;
        }
    }

    bool scan_word() {
        for (const std::string_view word :
             {std::string_view("null"), std::string_view("true"), std::string_view("false")}) {
            if (std::string_view(at_, static_cast<std::size_t>(end_ - at_))
                    .substr(0, word.size()) == word) {
                at_ += word.size();
                return true;
            }
        }
        return wrong(at_ == end_ ? "unexpected end" : "a value expected");
    }

    bool scan_digits() {
        if (at_ == end_ || !is_digit(*at_)) return wrong("a digit expected");
        while (at_ < end_ && is_digit(*at_)) ++at_;
        return true;
    }

    bool scan_number() {
        if (at_ == end_) return wrong("unexpected end");
        if (*at_ == '-') {
            ++at_;
        } else if (!is_digit(*at_)) {
            return wrong("a value expected");
        }
        if (at_ < end_ && *at_ == '0') {
            ++at_;
        } else if (!scan_digits()) {
            return false;
        }
        if (at_ < end_ && *at_ == '.') {
            ++at_;
            if (!scan_digits()) return false;
        }
        if (at_ < end_ && (*at_ == 'e' || *at_ == 'E')) {
            ++at_;
            if (at_ < end_ && (*at_ == '+' || *at_ == '-')) ++at_;
            return scan_digits();
        }
        return true;
    }

    bool scan_string(StringSpan& string) {
        const char* const start = ++at_;
        for (;;) {
            while (end_ - at_ >= 8) {
                const std::uint64_t eight = detail::load_eight(at_);
                if ((detail::special_octets(eight) | (eight & detail::each_high_bit)) != 0) break;
                at_ += 8;
            }
            if (at_ == end_) return wrong("unexpected end of a string");
            const auto octet = static_cast<std::uint8_t>(*at_);
            if (octet == '"') {
                string.inside = {start, static_cast<std::size_t>(at_ - start)};
                ++at_;
                return true;
            }
            if (octet == '\\') {
                string.has_escape = true;
                if (!scan_escape()) return false;
            } else if (octet < 0x20) {
                return wrong("a control character in a string");
            } else if (octet < 0x80) {
                ++at_;
            } else if (!scan_wide()) {
                return false;
            }
        }
    }

    bool scan_wide() {
        const std::size_t length = utf8_length(
            {reinterpret_cast<const std::uint8_t*>(at_), static_cast<std::size_t>(end_ - at_)});
        if (length == 0) return wrong("invalid UTF-8");
        at_ += length;
        return true;
    }

    bool scan_escape() {
        if (end_ - at_ < 2) return wrong("unexpected end of a string");
        if (at_[1] != 'u') {
            constexpr std::string_view letters = "\"\\/bfnrt";
            if (letters.find(at_[1]) == std::string_view::npos) return wrong("an unknown escape");
            at_ += 2;
            return true;
        }
        const int unit = scan_unit();
        if (unit < 0) return wrong("four hexadecimal digits expected");
        if (unit >= 0xDC00 && unit <= 0xDFFF) return wrong("half a surrogate pair");
        at_ += 6;
        if (unit < 0xD800 || unit > 0xDBFF) return true;
        const int low = scan_unit();
        if (low < 0xDC00 || low > 0xDFFF) return wrong("half a surrogate pair");
        at_ += 6;
        return true;
    }

    /// The unit of the escape \uXXXX at at_, or -1 if there is none.
    int scan_unit() const {
        if (end_ - at_ < 6 || at_[0] != '\\' || at_[1] != 'u') return -1;
        return json_hex4(at_ + 2);
    }

    const char* begin_;
    const char* at_;
    const char* end_;
    unsigned depth_max_;
    std::string_view what_;
};

}  // namespace

Result<ScannedMessage> json_scan(std::span<const std::uint8_t> bytes, unsigned depth_max) {
    return JsonScanner({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, depth_max)
        .scan();
}

}  // namespace kreisel
