// Cursor: the value that follows in JSON (cursor.hpp).

#include "common/base/base64.hpp"
#include "common/base/check.hpp"
#include "common/codec/cursor.hpp"
#include "common/codec/json_text.hpp"

namespace kreisel {

namespace {

const std::uint8_t* start_of(std::string_view text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

void Cursor::load_json() {
    std::string_view text = rest();
    if (next_json_char(text) == ',') drop(text, 1);
    const char first = next_json_char(text);
    switch (first) {
        case '"':
            load_json_string(take_json_string(text));
            break;
        case '[':
        case '{':
            drop(text, 1);
            set_scalar(first == '[' ? ElementKind::list : ElementKind::dict, Entries::until_end);
            break;
        case 'n':
            drop(text, 4);
            token_.kind = ElementKind::null;
            break;
        case 't':
        case 'f':
            drop(text, first == 't' ? 4 : 5);
            set_scalar(ElementKind::boolean, first == 't' ? 1 : 0);
            break;
        default: {
            const std::string_view digits = take_json_number(text);
            CHECK(!digits.empty(), "the scanner took this text");
            set_number(parse_json_number(digits));
        }
    }
    token_.end = start_of(text);
}

void Cursor::load_json_string(std::string_view inside) {
    if (inside.find('\\') == std::string_view::npos) {
        return set_content(ElementKind::text, {start_of(inside), inside.size()});
    }
    scratch_ = json_unescape(inside);
    if (scratch_.front() != '\0') return set_scratch(ElementKind::text);
    // WAMP a/serialization_binary_json; what is no base64 stays text.
    const std::string_view base64 = std::string_view(scratch_).substr(1);
    const auto size = base64_decoded_size(base64);
    if (!size) return set_scratch(ElementKind::text);
    std::string decoded(*size, '\0');
    base64_decode_to(base64, reinterpret_cast<std::uint8_t*>(decoded.data()));
    scratch_ = std::move(decoded);
    set_scratch(ElementKind::binary);
}

std::string_view Cursor::read_json_key() {
    std::string_view text = rest();
    static_cast<void>(next_json_char(text));
    std::string_view key = take_json_string(text);
    static_cast<void>(next_json_char(text));
    drop(text, 1);  // the colon
    at_ = start_of(text);
    if (key.find('\\') == std::string_view::npos) return key;
    scratch_ = json_unescape(key);
    return scratch_;
}

}  // namespace kreisel
