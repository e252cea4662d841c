// msgpack_scan: one pass over a MessagePack message, no memory of its own but for dicts of many
// keys. Pure; any thread.
#include "common/codec/key_set.hpp"
#include "common/codec/msgpack.hpp"
#include "common/codec/msgpack_head.hpp"
#include "common/codec/octets.hpp"
#include "common/codec/utf8.hpp"

#include <bit>

namespace kreisel {

namespace {

using Type = MsgpackType;

constexpr double exact_integer_max = 9007199254740992.0;  // 2^53

class MsgpackScanner {
  public:
    MsgpackScanner(std::span<const std::uint8_t> bytes, unsigned depth_max)
        : begin_(bytes.data()),
          at_(bytes.data()),
          end_(bytes.data() + bytes.size()),
          depth_max_(bounded_depth(depth_max)) {}

    [[nodiscard]] Result<ScannedMessage> scan();

  private:
    [[nodiscard]] bool scan_message(ScannedMessage& message);
    [[nodiscard]] bool scan_element(Element& element, bool& has_dict);
    /// The rest of a value behind its `head`; a list or dict opened here stands on `level`.
    [[nodiscard]] bool skip(const MsgpackHead& head, unsigned level, KeyRule rule);
    [[nodiscard]] bool skip_list(std::uint64_t count, unsigned level, KeyRule rule);
    [[nodiscard]] bool skip_free_dict(std::uint64_t count, unsigned level);
    [[nodiscard]] bool skip_unique_dict(std::uint64_t count, unsigned level, KeyRule rule);
    [[nodiscard]] bool skip_key();
    [[nodiscard]] bool take_text(std::uint64_t size, std::string_view& text);

    [[nodiscard]] MsgpackHead take_head() { return take_msgpack_head(at_, end_); }
    [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    [[nodiscard]] bool refuse(const char* what) {
        what_ = what;
        return false;
    }

    const std::uint8_t* begin_;
    const std::uint8_t* at_;
    const std::uint8_t* end_;
    unsigned depth_max_;
    const char* what_ = "";
};

Result<ScannedMessage> MsgpackScanner::scan() {
    Result<ScannedMessage> message;
    if (!scan_message(*message)) {
        message = malformed("MessagePack", what_, static_cast<std::size_t>(at_ - begin_));
    }
    return message;
}

bool MsgpackScanner::scan_message(ScannedMessage& message) {
    const MsgpackHead head = take_head();
    if (head.type == Type::cut) return refuse("message ends early");
    if (head.type != Type::list) return refuse("message is no list");
    if (head.value > left()) return refuse("message ends early");
    if (head.value > ScannedMessage::elements_max) return refuse("more than 7 elements");
    if (depth_max_ < 1) return refuse("nested too deep");

    message.count = static_cast<std::size_t>(head.value);
    bool has_dict = false;
    for (std::size_t i = 0; i < message.count; ++i) {
        if (!scan_element(message.elements[i], has_dict)) return false;
    }
    if (at_ != end_) return refuse("bytes behind the message");
    return true;
}

bool MsgpackScanner::scan_element(Element& element, bool& has_dict) {
    const std::uint8_t* start = at_;
    const MsgpackHead head = take_head();
    KeyRule rule = KeyRule::free;
    switch (head.type) {
        case Type::boolean:
            element.kind = ElementKind::boolean;
            break;
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
        case Type::text:
            element.kind = ElementKind::text;
            element.is_plain = true;
            if (!take_text(head.value, element.text)) return false;
            element.offset = static_cast<std::size_t>(start - begin_);
            element.size = static_cast<std::size_t>(at_ - start);
            return true;
        case Type::binary:
        case Type::ext:
            element.kind = ElementKind::binary;
            break;
        case Type::list:
            element.kind = ElementKind::list;
            element.is_empty = head.value == 0;
            break;
        case Type::dict:
            element.kind = ElementKind::dict;
            element.is_empty = head.value == 0;
            rule = has_dict ? KeyRule::unique_here : KeyRule::unique_whole;
            has_dict = true;
            break;
        case Type::null:
        case Type::reserved:
        case Type::cut:
            break;
    }
    if (!skip(head, 2, rule)) return false;
    element.offset = static_cast<std::size_t>(start - begin_);
    element.size = static_cast<std::size_t>(at_ - start);
    return true;
}

bool MsgpackScanner::skip(const MsgpackHead& head, unsigned level, KeyRule rule) {
    switch (head.type) {
        case Type::null:
        case Type::boolean:
        case Type::uint:
        case Type::negative:
        case Type::floating:
            return true;
        case Type::text: {
            std::string_view text;
            return take_text(head.value, text);
        }
        case Type::binary:
        case Type::ext:
            if (head.value > left()) return refuse("message ends early");
            at_ += head.value;
            return true;
        case Type::list:
            return skip_list(head.value, level, rule);
        case Type::dict:
            // A pair takes two bytes at least; what claims more than there are is not begun.
            if (head.value > left() / 2) return refuse("message ends early");
            if (level > depth_max_) return refuse("nested too deep");
            if (rule == KeyRule::free) return skip_free_dict(head.value, level);
            return skip_unique_dict(head.value, level, rule);
        case Type::reserved:
            return refuse("type byte 0xc1");
        case Type::cut:
            break;
    }
    return refuse("message ends early");
}

bool MsgpackScanner::skip_list(std::uint64_t count, unsigned level, KeyRule rule) {
    if (count > left()) return refuse("message ends early");
    if (level > depth_max_) return refuse("nested too deep");
    const KeyRule within = rule_within(rule);
    for (std::uint64_t i = 0; i < count; ++i) {
        if (!skip(take_head(), level + 1, within)) return false;
    }
    return true;
}

bool MsgpackScanner::skip_free_dict(std::uint64_t count, unsigned level) {
    for (std::uint64_t i = 0; i < count; ++i) {
        if (!skip_key()) return false;
        if (!skip(take_head(), level + 1, KeyRule::free)) return false;
    }
    return true;
}

bool MsgpackScanner::skip_unique_dict(std::uint64_t count, unsigned level, KeyRule rule) {
    if (count == 0) return true;
    KeySet keys;
    const KeyRule within = rule_within(rule);
    for (std::uint64_t i = 0; i < count; ++i) {
        const MsgpackHead head = take_head();
        std::string_view key;
        if (head.type == Type::cut) return refuse("message ends early");
        if (head.type != Type::text) return refuse("key is no text");
        if (!take_text(head.value, key)) return false;
        keys.add(key);
        if (!skip(take_head(), level + 1, within)) return false;
    }
    if (keys.has_duplicate()) return refuse("duplicate key");
    return true;
}

// Keys that are lists, dicts or ext have no counterpart in any client's dict.
bool MsgpackScanner::skip_key() {
    const MsgpackHead head = take_head();
    if (head.type == Type::list || head.type == Type::dict || head.type == Type::ext) {
        return refuse("key is no text and no scalar");
    }
    return skip(head, 0, KeyRule::free);
}

bool MsgpackScanner::take_text(std::uint64_t size, std::string_view& text) {
    if (size > left()) return refuse("message ends early");
    const auto count = static_cast<std::size_t>(size);
    if (!detail::is_ascii(at_, count) && !is_valid_utf8({at_, count})) {
        return refuse("invalid UTF-8");
    }
    text = {reinterpret_cast<const char*>(at_), count};
    at_ += count;
    return true;
}

}  // namespace

Result<ScannedMessage> msgpack_scan(std::span<const std::uint8_t> bytes, unsigned depth_max) {
    return MsgpackScanner(bytes, depth_max).scan();
}

}  // namespace kreisel
