#pragma once
// Cursor: reads the validated values of a payload one by one, when its user asks, and builds no
// tree. The counterpart of the readers that tell a ValueSink; both say the same of every octet.
//
//     Cursor cursor(payload);                            // args: [7, {"name": "a"}]
//     Cursor::Entries args = *cursor.enter_list();
//     while (cursor.next(args)) {
//         if (const auto number = cursor.read_int()) ...  // else it still stands at that value
//     }
//
// A read_x() gives nothing and stays where it is if the value is no x. What next() announced must
// be read or skipped before the next next(). Views last until the cursor is used again, and the
// octets must outlive it. Any thread, one at a time. Pure.

#include "common/codec/json_number.hpp"
#include "common/codec/scan.hpp"
#include "common/codec/sink.hpp"
#include "common/wamp/encoding.hpp"
#include "common/wamp/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kreisel {

struct CborHead;

class Cursor {
  public:
    /// What is left of a list or dict that was entered.
    class Entries {
      public:
        /// How many there are, or 0 if only the end will tell.
        [[nodiscard]] std::size_t count_hint() const {
            return static_cast<std::size_t>(left_ == until_end ? 0 : left_);
        }

        /// `count` values that stand outside of any list, as in a payload.
        [[nodiscard]] static Entries of_values(std::uint64_t count) {
            Entries entries;
            entries.left_ = count;
            return entries;
        }

      private:
        friend class Cursor;
        static constexpr std::uint64_t until_end = UINT64_MAX;

        std::uint64_t left_ = 0;
        const std::uint8_t* last_ = nullptr;
        bool is_dict_ = false;
    };

    /// A place to come back to.
    struct Mark {
        const std::uint8_t* at = nullptr;
    };

    /// `bytes` must be validated: one value, or several as they stand in a payload.
    Cursor(Encoding encoding, std::span<const std::uint8_t> bytes)
        : encoding_(encoding), at_(bytes.data()), end_(bytes.data() + bytes.size()) {}
    /// Stands at args; kwargs, if there are any, follow them.
    explicit Cursor(const Payload& payload) : Cursor(payload.encoding, payload.bytes.span()) {}
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    /// Whether no value follows, outside of all lists and dicts.
    [[nodiscard]] bool is_at_end();
    /// The kind of the value that follows.
    [[nodiscard]] ElementKind peek() { return token().kind; }
    /// The number that follows, if it is one.
    [[nodiscard]] std::optional<JsonNumber> peek_number();

    [[nodiscard]] bool read_null();
    [[nodiscard]] std::optional<bool> read_bool();
    /// An integer, also from an integral float up to 2^53.
    [[nodiscard]] std::optional<std::int64_t> read_int() {
        if (token().kind != ElementKind::integer || token_.is_large) return read_real_int();
        take();
        return static_cast<std::int64_t>(token_.bits);
    }
    [[nodiscard]] std::optional<std::uint64_t> read_uint();
    /// Any number.
    [[nodiscard]] std::optional<double> read_double();
    [[nodiscard]] std::optional<std::string_view> read_text();
    [[nodiscard]] std::optional<std::span<const std::uint8_t>> read_binary();
    [[nodiscard]] std::optional<Entries> enter_list();
    [[nodiscard]] std::optional<Entries> enter_dict();

    /// Moves to the next entry, or behind the list or dict if there is none.
    [[nodiscard]] bool next(Entries& entries);
    /// The key of an entry of a dict; its value follows.
    [[nodiscard]] std::string_view read_key();

    void skip();
    /// Skips the entries that next() has not announced, to stand behind the list or dict.
    void leave(Entries& entries);
    /// Tells the value that follows, as the readers of its encoding do.
    void copy_to(ValueSink& sink);

    [[nodiscard]] Mark mark() const { return {at_}; }
    /// Back to a mark within the same list or dict. Gives the octets that will be read again.
    std::size_t rewind(Mark mark);

  private:
    /// The value that follows, as far as it is known without going into it.
    struct Token {
        ElementKind kind = ElementKind::null;
        bool is_large = false;  ///< an integer above INT64_MAX
        /// An integer, the bits of a double, a boolean, or how many entries there are.
        std::uint64_t bits = 0;
        std::span<const std::uint8_t> content;  ///< of text and binary
        const std::uint8_t* end = nullptr;      ///< behind a scalar, or at the first entry
    };

    const Token& token() {
        if (!is_loaded_) {
            load();
            is_loaded_ = true;
        }
        return token_;
    }
    void take() {
        at_ = token_.end;
        is_loaded_ = false;
    }
    std::optional<Entries> enter(ElementKind kind);
    std::optional<std::int64_t> read_real_int();
    [[nodiscard]] JsonNumber token_number() const;

    void load();
    void load_json();
    void load_json_string(std::string_view inside);
    void load_msgpack();
    void load_msgpack_extension(std::int8_t type, std::span<const std::uint8_t> data);
    void load_cbor();
    void load_cbor_string(const CborHead& head);
    [[nodiscard]] std::string_view read_json_key();
    /// Text of a key that is any scalar.
    [[nodiscard]] std::string_view token_as_key();

    void set_scalar(ElementKind kind, std::uint64_t bits) {
        token_.kind = kind;
        token_.is_large = false;
        token_.bits = bits;
    }
    void set_unsigned(std::uint64_t value) {
        set_scalar(ElementKind::integer, value);
        token_.is_large = value > static_cast<std::uint64_t>(INT64_MAX);
    }
    void set_number(const JsonNumber& number);
    void set_content(ElementKind kind, std::span<const std::uint8_t> content) {
        token_.kind = kind;
        token_.content = content;
    }
    /// `scratch_` as the content.
    void set_scratch(ElementKind kind) {
        set_content(kind,
                    {reinterpret_cast<const std::uint8_t*>(scratch_.data()), scratch_.size()});
    }
    [[nodiscard]] std::string_view rest() const {
        return {reinterpret_cast<const char*>(at_), static_cast<std::size_t>(end_ - at_)};
    }

    Encoding encoding_;
    bool is_loaded_ = false;
    const std::uint8_t* at_;
    const std::uint8_t* end_;
    Token token_;
    /// Content that does not stand in the octets as it is.
    std::string scratch_;
};

}  // namespace kreisel
