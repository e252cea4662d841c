// Reading patterns and JSON: one recursive descent parser; JSON is the part of it without words,
// names and wildcards.

#include "tests/scenario/lib/pattern.hpp"

#include <cctype>
#include <charconv>
#include <cstdint>

namespace kreisel::scenario {

namespace {

void append_utf8(std::string& text, std::uint32_t code) {
    const auto put = [&text](std::uint32_t octet) { text.push_back(static_cast<char>(octet)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0U | (code >> 6U));
        put(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        put(0xE0U | (code >> 12U));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    } else {
        put(0xF0U | (code >> 18U));
        put(0x80U | ((code >> 12U) & 0x3FU));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    }
}

enum class Language { json, pattern };

class Parser {
  public:
    Parser(std::string_view text, Language language) : text_(text), language_(language) {}

    Pattern element() {
        skip_space();
        const char c = peek();
        if (c == '"') return scalar(string());
        if (c == '[') return list();
        if (c == '{') return dict();
        if (language_ == Language::pattern) {
            if (c == '*') return take_any();
            if (c == '$') return variable();
        }
        return word();
    }

    void skip_space() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
            ++at_;
        }
    }
    [[nodiscard]] bool is_at_end() const { return at_ == text_.size(); }
    [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
    bool take(std::string_view token) {
        if (rest().substr(0, token.size()) != token) return false;
        at_ += token.size();
        return true;
    }

  private:
    [[noreturn]] void refuse(const std::string& why) const {
        throw TextError(why + " at `" + std::string(rest().substr(0, 40)) + "`");
    }
    [[nodiscard]] char peek() const {
        if (is_at_end()) throw TextError("text ends too early");
        return text_[at_];
    }
    [[nodiscard]] bool take_open() { return language_ == Language::pattern && take("..."); }

    static Pattern scalar(Value value) {
        Pattern pattern;
        pattern.kind = Pattern::Kind::value;
        pattern.value = std::move(value);
        return pattern;
    }
    Pattern take_any() {
        ++at_;
        return {};
    }
    Pattern variable() {
        ++at_;
        Pattern pattern;
        pattern.kind = Pattern::Kind::variable;
        while (!is_at_end() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                                text_[at_] == '_' || text_[at_] == '.')) {
            pattern.name.push_back(text_[at_++]);
        }
        if (pattern.name.empty()) refuse("a name must follow $");
        return pattern;
    }

    Pattern list() {
        ++at_;
        Pattern pattern;
        pattern.kind = Pattern::Kind::list;
        for (skip_space(); !take("]"); skip_space()) {
            if (!pattern.elements.empty() && !take(",")) refuse("a comma is missing");
            skip_space();
            if (take_open()) {
                pattern.is_open = true;
                skip_space();
                if (!take("]")) refuse("`...` must be the last of a list");
                break;
            }
            pattern.elements.push_back(element());
        }
        return pattern;
    }

    Pattern dict() {
        ++at_;
        Pattern pattern;
        pattern.kind = Pattern::Kind::dict;
        for (skip_space(); !take("}"); skip_space()) {
            if (!pattern.elements.empty() && !take(",")) refuse("a comma is missing");
            skip_space();
            if (take_open()) {
                pattern.is_open = true;
                skip_space();
                if (!take("}")) refuse("`...` must be the last of a dictionary");
                break;
            }
            if (peek() != '"') refuse("a key must be quoted");
            std::string key = string();
            skip_space();
            if (!take(":")) refuse("a colon is missing");
            pattern.keys.push_back(std::move(key));
            pattern.elements.push_back(element());
        }
        return pattern;
    }

    std::uint32_t hex4() {
        std::uint32_t code = 0;
        const auto digits = text_.substr(at_, 4);
        const auto end = digits.data() + digits.size();
        const auto [last, ec] = std::from_chars(digits.data(), end, code, 16);
        if (ec != std::errc{} || last != end || digits.size() != 4) refuse("four digits expected");
        at_ += 4;
        return code;
    }
    void escape(std::string& text) {
        const char c = peek();
        ++at_;
        static constexpr std::string_view letters = "\"\\/bfnrt";
        static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        if (const auto found = letters.find(c); found != std::string_view::npos) {
            text.push_back(meanings[found]);
            return;
        }
        if (c != 'u') refuse("unknown escape");
        std::uint32_t code = hex4();
        if (code >= 0xD800 && code < 0xDC00) {
            if (!take("\\u")) refuse("half a surrogate pair");
            code = 0x10000 + ((code - 0xD800) << 10U) + (hex4() - 0xDC00);
        }
        append_utf8(text, code);
    }
    std::string string() {
        ++at_;
        std::string text;
        while (peek() != '"') {
            const char c = text_[at_++];
            if (c == '\\') {
                escape(text);
            } else {
                text.push_back(c);
            }
        }
        ++at_;
        return text;
    }

    std::string_view take_word() {
        const auto start = at_;
        const std::string_view ends = language_ == Language::json ? ",]} \t\r\n" : ",]}) \t";
        while (!is_at_end() && ends.find(text_[at_]) == std::string_view::npos) ++at_;
        return text_.substr(start, at_ - start);
    }
    Pattern word() {
        const auto word = take_word();
        if (word.empty()) refuse("a value is missing");
        if (word == "null") return scalar(nullptr);
        if (word == "true") return scalar(true);
        if (word == "false") return scalar(false);
        if (word.front() == '-' || std::isdigit(static_cast<unsigned char>(word.front())) != 0) {
            if (language_ == Language::pattern && word.substr(0, 2) == "0x") return bytes(word);
            return number(word);
        }
        if (language_ == Language::json) throw TextError("no JSON: " + std::string(word));
        Pattern pattern = scalar(word);
        pattern.is_word = true;
        return pattern;
    }
    static Pattern bytes(std::string_view word) {
        Blob blob;
        for (std::size_t i = 2; i + 2 <= word.size(); i += 2) {
            std::uint8_t octet = 0;
            std::from_chars(word.data() + i, word.data() + i + 2, octet, 16);
            blob.bytes.push_back(octet);
        }
        return scalar(std::move(blob));
    }
    static Pattern number(std::string_view word) {
        const char* const end = word.data() + word.size();
        if (word.find_first_of(".eE") == std::string_view::npos) {
            std::int64_t integer = 0;
            if (const auto [last, ec] = std::from_chars(word.data(), end, integer);
                ec == std::errc{} && last == end) {
                return scalar(integer);
            }
            std::uint64_t large = 0;
            if (const auto [last, ec] = std::from_chars(word.data(), end, large);
                ec == std::errc{} && last == end) {
                return scalar(large);
            }
        }
        std::size_t used = 0;
        const double real = std::stod(std::string(word), &used);
        if (used != word.size()) throw TextError("no number: " + std::string(word));
        return scalar(real);
    }

    std::string_view text_;
    Language language_;
    std::size_t at_ = 0;
};

}  // namespace

Pattern parse_pattern(std::string_view& text) {
    Parser parser(text, Language::pattern);
    Pattern pattern = parser.element();
    text = parser.rest();
    return pattern;
}

Pattern parse_elements(std::string_view text) {
    Parser parser(text, Language::pattern);
    Pattern list;
    list.kind = Pattern::Kind::list;
    for (parser.skip_space(); !parser.is_at_end(); parser.skip_space()) {
        if (list.is_open) throw TextError("`...` must be the last of a message");
        if (parser.take("...")) {
            list.is_open = true;
        } else {
            list.elements.push_back(parser.element());
        }
    }
    return list;
}

Value parse_json(std::string_view text) {
    Parser parser(text, Language::json);
    const Pattern pattern = parser.element();
    parser.skip_space();
    if (!parser.is_at_end()) throw TextError("something follows the JSON text");
    return instantiate(pattern, {});
}

}  // namespace kreisel::scenario
