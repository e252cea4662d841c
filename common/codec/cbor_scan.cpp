// cbor_scan: one pass over a CBOR message, no memory of its own but for dicts of many keys and for
// keys in chunks. Pure; any thread.
#include "common/codec/cbor.hpp"
#include "common/codec/cbor_head.hpp"
#include "common/codec/key_set.hpp"
#include "common/codec/octets.hpp"
#include "common/codec/utf8.hpp"

#include <bit>
#include <forward_list>

namespace kreisel {

namespace {

using Type = CborType;

constexpr double exact_integer_max = 9007199254740992.0;  // 2^53

class CborScanner {
  public:
    CborScanner(std::span<const std::uint8_t> bytes, unsigned depth_max)
        : begin_(bytes.data()),
          at_(bytes.data()),
          end_(bytes.data() + bytes.size()),
          depth_max_(bounded_depth(depth_max)) {}

    [[nodiscard]] Result<ScannedMessage> scan();

  private:
    [[nodiscard]] bool scan_message(ScannedMessage& message);
    [[nodiscard]] bool scan_element(CborHead head, Element& element, bool& has_dict);
    void describe(const CborHead& head, bool is_tagged, std::uint64_t tag, Element& element) const;
    /// The rest of an item behind its `head`; a list, dict or tag opened here stands on `level`.
    [[nodiscard]] bool skip(const CborHead& head, unsigned level, KeyRule rule);
    [[nodiscard]] bool skip_tag(std::uint64_t tag, unsigned level, KeyRule rule);
    [[nodiscard]] bool skip_list(const CborHead& head, unsigned level, KeyRule rule);
    [[nodiscard]] bool skip_free_dict(const CborHead& head, unsigned level);
    [[nodiscard]] bool skip_unique_dict(const CborHead& head, unsigned level, KeyRule rule);
    [[nodiscard]] bool skip_string(const CborHead& head);
    [[nodiscard]] bool skip_chunks(Type type, std::string* joined);
    [[nodiscard]] bool open(const CborHead& head, std::uint64_t bytes_an_entry, unsigned level);
    void note_tag(std::uint64_t tag);

    /// Whether entry `i` of a container follows: false at its end, which is taken.
    [[nodiscard]] bool has_entry(const CborHead& container, std::uint64_t i);
    [[nodiscard]] CborHead take_head() { return take_cbor_head(at_, end_); }
    [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    [[nodiscard]] bool refuse(const char* what) {
        what_ = what;
        return false;
    }

    const std::uint8_t* begin_;
    const std::uint8_t* at_;
    const std::uint8_t* end_;
    unsigned depth_max_;
    bool needs_rewrite_ = false;
    const char* what_ = "";
};

Result<ScannedMessage> CborScanner::scan() {
    Result<ScannedMessage> message;
    if (scan_message(*message)) {
        message->needs_rewrite = needs_rewrite_;
    } else {
        message = malformed("CBOR", what_, static_cast<std::size_t>(at_ - begin_));
    }
    return message;
}

bool CborScanner::scan_message(ScannedMessage& message) {
    const CborHead list = take_head();
    if (list.type == Type::cut) return refuse("message ends early");
    if (list.type != Type::list) return refuse("message is no list");
    if (!open(list, 1, 1)) return false;

    bool has_dict = false;
    while (has_entry(list, message.count)) {
        if (message.count == ScannedMessage::elements_max) return refuse("more than 7 elements");
        Element& element = message.elements[message.count];
        const std::uint8_t* start = at_;
        if (!scan_element(take_head(), element, has_dict)) return false;
        element.offset = static_cast<std::size_t>(start - begin_);
        element.size = static_cast<std::size_t>(at_ - start);
        ++message.count;
    }
    if (at_ != end_) return refuse("bytes behind the message");
    return true;
}

bool CborScanner::scan_element(CborHead head, Element& element, bool& has_dict) {
    unsigned level = 2;
    bool is_tagged = false;
    std::uint64_t tag = 0;
    for (; head.type == Type::tag; head = take_head(), ++level) {
        if (level > depth_max_) return refuse("nested too deep");
        is_tagged = true;
        tag = head.value;
        note_tag(tag);
    }
    describe(head, is_tagged, tag, element);
    KeyRule rule = KeyRule::free;
    if (head.type == Type::dict) {
        rule = has_dict ? KeyRule::unique_here : KeyRule::unique_whole;
        has_dict = true;
    }
    const std::uint8_t* content = at_;
    if (!skip(head, level, rule)) return false;
    if (element.is_plain) {
        element.text = {reinterpret_cast<const char*>(content),
                        static_cast<std::size_t>(at_ - content)};
    }
    return true;
}

void CborScanner::describe(const CborHead& head, bool is_tagged, std::uint64_t tag,
                           Element& element) const {
    switch (head.type) {
        case Type::uint:
            element.kind = ElementKind::integer;
            element.number = head.value;
            break;
        case Type::negative:
            element.kind = ElementKind::integer;
            break;
        case Type::floating: {
            element.kind = ElementKind::floating;
            const auto value = std::bit_cast<double>(head.value);
            if (value >= 0 && value <= exact_integer_max) {
                const auto integer = static_cast<std::uint64_t>(value);
                if (static_cast<double>(integer) == value) element.number = integer;
            }
            break;
        }
        case Type::binary:
            // A bignum is a number, but none that any client sends for an id.
            element.kind = is_tagged && (tag == cbor_tag_bignum || tag == cbor_tag_negative_bignum)
                               ? ElementKind::integer
                               : ElementKind::binary;
            break;
        case Type::text:
            element.kind = ElementKind::text;
            element.is_plain = !head.is_indefinite;
            break;
        case Type::list:
        case Type::dict:
            element.kind = head.type == Type::list ? ElementKind::list : ElementKind::dict;
            element.is_empty = head.is_indefinite ? at_ != end_ && *at_ == 0xff : head.value == 0;
            break;
        case Type::boolean:
            element.kind = ElementKind::boolean;
            break;
        case Type::null:
        case Type::tag:
        case Type::stop:
        case Type::reserved:
        case Type::cut:
            break;
    }
}

bool CborScanner::skip(const CborHead& head, unsigned level, KeyRule rule) {
    switch (head.type) {
        case Type::uint:
        case Type::negative:
        case Type::null:
        case Type::boolean:
        case Type::floating:
            return true;
        case Type::binary:
        case Type::text:
            return skip_string(head);
        case Type::list:
            return skip_list(head, level, rule);
        case Type::dict:
            if (!open(head, 2, level)) return false;
            if (rule == KeyRule::free) return skip_free_dict(head, level);
            return skip_unique_dict(head, level, rule);
        case Type::tag:
            return skip_tag(head.value, level, rule);
        case Type::stop:
            return refuse("break without a beginning");
        case Type::reserved:
            return refuse("reserved initial byte");
        case Type::cut:
            break;
    }
    return refuse("message ends early");
}

// A tag counts as a level, so that chains of them are bounded like everything else.
bool CborScanner::skip_tag(std::uint64_t tag, unsigned level, KeyRule rule) {
    if (level > depth_max_) return refuse("nested too deep");
    note_tag(tag);
    return skip(take_head(), level + 1, rule);
}

bool CborScanner::skip_list(const CborHead& head, unsigned level, KeyRule rule) {
    if (!open(head, 1, level)) return false;
    const KeyRule within = rule_within(rule);
    for (std::uint64_t i = 0; has_entry(head, i); ++i) {
        if (!skip(take_head(), level + 1, within)) return false;
    }
    return true;
}

bool CborScanner::skip_free_dict(const CborHead& head, unsigned level) {
    for (std::uint64_t i = 0; has_entry(head, i); ++i) {
        const CborHead key = take_head();
        // Lists, dicts and tags as keys have no counterpart in any client's dict.
        if (key.type == Type::list || key.type == Type::dict || key.type == Type::tag) {
            return refuse("key is no text and no scalar");
        }
        if (!skip(key, 0, KeyRule::free)) return false;
        if (!skip(take_head(), level + 1, KeyRule::free)) return false;
    }
    return true;
}

bool CborScanner::skip_unique_dict(const CborHead& head, unsigned level, KeyRule rule) {
    if (!head.is_indefinite && head.value == 0) return true;
    KeySet keys;
    std::forward_list<std::string> joined_keys;
    const KeyRule within = rule_within(rule);
    for (std::uint64_t i = 0; has_entry(head, i); ++i) {
        const CborHead key = take_head();
        if (key.type == Type::cut) return refuse("message ends early");
        if (key.type != Type::text) return refuse("key is no text");
        if (key.is_indefinite) {
            std::string& joined = joined_keys.emplace_front();
            if (!skip_chunks(Type::text, &joined)) return false;
            keys.add(joined);
        } else {
            const auto* text = reinterpret_cast<const char*>(at_);
            if (!skip_string(key)) return false;
            keys.add({text, static_cast<std::size_t>(key.value)});
        }
        if (!skip(take_head(), level + 1, within)) return false;
    }
    if (keys.has_duplicate()) return refuse("duplicate key");
    return true;
}

bool CborScanner::skip_string(const CborHead& head) {
    if (head.is_indefinite) return skip_chunks(head.type, nullptr);
    if (head.value > left()) return refuse("message ends early");
    const auto size = static_cast<std::size_t>(head.value);
    if (head.type == Type::text && !detail::is_ascii(at_, size) && !is_valid_utf8({at_, size})) {
        return refuse("invalid UTF-8");
    }
    at_ += size;
    return true;
}

// RFC 8949 3.2.3: chunks are strings of the same type and of definite length, each valid on its
// own.
bool CborScanner::skip_chunks(Type type, std::string* joined) {
    for (;;) {
        const CborHead chunk = take_head();
        if (chunk.type == Type::stop) return true;
        if (chunk.type == Type::cut) return refuse("message ends early");
        if (chunk.type != type || chunk.is_indefinite) return refuse("chunk of another type");
        const auto* content = reinterpret_cast<const char*>(at_);
        if (!skip_string(chunk)) return false;
        if (joined != nullptr) joined->append(content, static_cast<std::size_t>(chunk.value));
    }
}

// What claims more entries than there are bytes is not begun.
bool CborScanner::open(const CborHead& head, std::uint64_t bytes_an_entry, unsigned level) {
    if (level > depth_max_) return refuse("nested too deep");
    if (!head.is_indefinite && head.value > left() / bytes_an_entry) {
        return refuse("message ends early");
    }
    return true;
}

bool CborScanner::has_entry(const CborHead& container, std::uint64_t i) {
    if (!container.is_indefinite) return i < container.value;
    if (at_ == end_ || *at_ != 0xff) return true;
    ++at_;
    return false;
}

void CborScanner::note_tag(std::uint64_t tag) {
    constexpr unsigned binary_major = 2;
    if (tag == cbor_tag_uint8_array && at_ != end_ && *at_ >> 5 == binary_major) {
        needs_rewrite_ = true;
    }
}

}  // namespace

Result<ScannedMessage> cbor_scan(std::span<const std::uint8_t> bytes, unsigned depth_max) {
    return CborScanner(bytes, depth_max).scan();
}

}  // namespace kreisel
