#include "common/codec/cursor.hpp"

#include "common/base/check.hpp"
#include "common/codec/format.hpp"
#include "common/codec/json_text.hpp"
#include "common/wamp/ids.hpp"

#include <bit>
#include <cmath>

namespace kreisel {

namespace {

/// Doubles hold integers exactly up to here, 2^53; beyond, an integral one is no integer.
constexpr auto exact_integer_max = static_cast<double>(id_max);

std::optional<std::int64_t> as_integer(double real) {
    // Not a number compares false.
    if (!(std::abs(real) <= exact_integer_max) || std::floor(real) != real) return std::nullopt;
    return static_cast<std::int64_t>(real);
}

}  // namespace

bool Cursor::is_at_end() {
    if (is_loaded_) return false;
    if (encoding_ != Encoding::json) return at_ == end_;
    std::string_view text = rest();
    if (next_json_char(text) == ',') drop(text, 1);
    return next_json_char(text) == '\0';
}

JsonNumber Cursor::token_number() const {
    if (token_.kind == ElementKind::floating) return std::bit_cast<double>(token_.bits);
    if (token_.is_large) return token_.bits;
    return static_cast<std::int64_t>(token_.bits);
}

std::optional<JsonNumber> Cursor::peek_number() {
    const ElementKind kind = token().kind;
    if (kind != ElementKind::integer && kind != ElementKind::floating) return std::nullopt;
    return token_number();
}

bool Cursor::read_null() {
    if (token().kind != ElementKind::null) return false;
    take();
    return true;
}

std::optional<bool> Cursor::read_bool() {
    if (token().kind != ElementKind::boolean) return std::nullopt;
    take();
    return token_.bits != 0;
}

std::optional<std::int64_t> Cursor::read_real_int() {
    if (token_.kind != ElementKind::floating) return std::nullopt;
    const auto integer = as_integer(std::bit_cast<double>(token_.bits));
    if (integer) take();
    return integer;
}

std::optional<std::uint64_t> Cursor::read_uint() {
    if (token().kind == ElementKind::integer && token_.is_large) {
        take();
        return token_.bits;
    }
    const Mark start = mark();
    const auto integer = read_int();
    if (!integer) return std::nullopt;
    if (*integer >= 0) return static_cast<std::uint64_t>(*integer);
    rewind(start);
    return std::nullopt;
}

std::optional<double> Cursor::read_double() {
    const auto number = peek_number();
    if (!number) return std::nullopt;
    take();
    return std::visit([](auto value) { return static_cast<double>(value); }, *number);
}

std::optional<std::string_view> Cursor::read_text() {
    if (token().kind != ElementKind::text) return std::nullopt;
    take();
    return std::string_view(reinterpret_cast<const char*>(token_.content.data()),
                            token_.content.size());
}

std::optional<std::span<const std::uint8_t>> Cursor::read_binary() {
    if (token().kind != ElementKind::binary) return std::nullopt;
    take();
    return token_.content;
}

std::optional<Cursor::Entries> Cursor::enter_list() { return enter(ElementKind::list); }

std::optional<Cursor::Entries> Cursor::enter_dict() { return enter(ElementKind::dict); }

std::optional<Cursor::Entries> Cursor::enter(ElementKind kind) {
    if (token().kind != kind) return std::nullopt;
    take();
    Entries entries;
    entries.left_ = token_.bits;
    entries.is_dict_ = kind == ElementKind::dict;
    return entries;
}

bool Cursor::next(Entries& entries) {
    // Who does not read what was announced would come by here forever.
    CHECK(!is_loaded_ && (at_ != entries.last_ || entries.last_ == nullptr),
          "an entry is read or skipped before the next");
    if (entries.left_ != Entries::until_end) {
        if (entries.left_ == 0) return false;
        --entries.left_;
        entries.last_ = at_;
        return true;
    }
    CHECK(at_ != end_, "a validated list or dict has an end");
    if (encoding_ == Encoding::cbor) {
        const bool is_stop = *at_ == 0xff;
        if (is_stop) ++at_;
        entries.last_ = is_stop ? nullptr : at_;
        return !is_stop;
    }
    std::string_view text = rest();
    if (next_json_char(text) == ',') drop(text, 1);
    const char c = next_json_char(text);
    const bool is_stop = c == ']' || c == '}';
    if (is_stop) drop(text, 1);
    at_ = reinterpret_cast<const std::uint8_t*>(text.data());
    entries.last_ = is_stop ? nullptr : at_;
    return !is_stop;
}

std::string_view Cursor::read_key() {
    if (encoding_ == Encoding::json) return read_json_key();
    if (const auto text = read_text()) return *text;
    const std::string_view key = token_as_key();
    take();
    return key;
}

std::string_view Cursor::token_as_key() {
    const Token& key = token();
    switch (key.kind) {
        case ElementKind::null:
            return "null";
        case ElementKind::boolean:
            return key.bits != 0 ? "true" : "false";
        case ElementKind::integer:
        case ElementKind::floating:
            scratch_ =
                std::visit([](auto value) { return number_text(value); }, token_number()).view();
            return scratch_;
        case ElementKind::binary:
            scratch_ = binary_as_text(key.content);
            return scratch_;
        case ElementKind::text:
        case ElementKind::list:
        case ElementKind::dict:
            break;
    }
    CHECK(false, "a validated key is a scalar");
    return {};
}

void Cursor::skip() {
    const ElementKind kind = peek();
    take();
    if (kind != ElementKind::list && kind != ElementKind::dict) return;
    Entries entries;
    entries.left_ = token_.bits;
    entries.is_dict_ = kind == ElementKind::dict;
    leave(entries);
}

void Cursor::leave(Entries& entries) {
    while (next(entries)) {
        if (entries.is_dict_) static_cast<void>(read_key());
        skip();
    }
}

void Cursor::copy_to(ValueSink& sink) {
    if (encoding_ == Encoding::json) {
        std::string_view text = rest();
        if (next_json_char(text) == ',') drop(text, 1);
        at_ = reinterpret_cast<const std::uint8_t*>(text.data());
    }
    const std::uint8_t* start = at_;
    skip();
    format_of(encoding_).read({start, at_}, sink);
}

std::size_t Cursor::rewind(Mark mark) {
    const auto count = static_cast<std::size_t>(at_ - mark.at);
    at_ = mark.at;
    is_loaded_ = false;
    return count;
}

void Cursor::load() {
    switch (encoding_) {
        case Encoding::json:
            return load_json();
        case Encoding::msgpack:
            return load_msgpack();
        case Encoding::cbor:
            return load_cbor();
    }
}

void Cursor::set_number(const JsonNumber& number) {
    if (const auto* integer = std::get_if<std::int64_t>(&number)) {
        return set_scalar(ElementKind::integer, static_cast<std::uint64_t>(*integer));
    }
    if (const auto* large = std::get_if<std::uint64_t>(&number)) return set_unsigned(*large);
    const double real = *std::get_if<double>(&number);
    set_scalar(ElementKind::floating, std::bit_cast<std::uint64_t>(real));
}

}  // namespace kreisel
