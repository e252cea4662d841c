// Cursor: the value that follows in MessagePack and in CBOR (cursor.hpp).

#include "common/base/check.hpp"
#include "common/codec/cbor_head.hpp"
#include "common/codec/cbor_number.hpp"
#include "common/codec/cursor.hpp"
#include "common/codec/msgpack_head.hpp"
#include "common/codec/msgpack_timestamp.hpp"
#include "common/codec/msgpack_undefined.hpp"

#include <string>

namespace kreisel {

namespace {

/// Takes `size` octets of content off [at, end).
std::span<const std::uint8_t> take_content(const std::uint8_t*& at, const std::uint8_t* end,
                                           std::uint64_t size) {
    CHECK(size <= static_cast<std::size_t>(end - at), "content lies within the bytes");
    const std::span<const std::uint8_t> content(at, static_cast<std::size_t>(size));
    at += content.size();
    return content;
}

/// Joins in `joined` the chunks of a string of indefinite length, the break behind them too.
void join_chunks(const std::uint8_t*& at, const std::uint8_t* end, CborType type,
                 std::string& joined) {
    joined.clear();
    for (CborHead chunk = take_cbor_head(at, end); chunk.type != CborType::stop;
         chunk = take_cbor_head(at, end)) {
        CHECK(chunk.type == type, "the scanner took these chunks");
        const auto content = take_content(at, end, chunk.value);
        joined.append(reinterpret_cast<const char*>(content.data()), content.size());
    }
}

}  // namespace

void Cursor::load_msgpack() {
    const std::uint8_t* at = at_;
    const MsgpackHead head = take_msgpack_head(at, end_);
    switch (head.type) {
        case MsgpackType::null:
            token_.kind = ElementKind::null;
            break;
        case MsgpackType::boolean:
            set_scalar(ElementKind::boolean, head.value);
            break;
        case MsgpackType::uint:
            set_unsigned(head.value);
            break;
        case MsgpackType::negative:
            set_scalar(ElementKind::integer, head.value);
            break;
        case MsgpackType::floating:
            set_scalar(ElementKind::floating, head.value);
            break;
        case MsgpackType::text:
            set_content(ElementKind::text, take_content(at, end_, head.value));
            break;
        case MsgpackType::binary:
            set_content(ElementKind::binary, take_content(at, end_, head.value));
            break;
        case MsgpackType::ext:
            load_msgpack_extension(head.ext_type, take_content(at, end_, head.value));
            break;
        case MsgpackType::list:
            set_scalar(ElementKind::list, head.value);
            break;
        case MsgpackType::dict:
            set_scalar(ElementKind::dict, head.value);
            break;
        case MsgpackType::reserved:
        case MsgpackType::cut:
            CHECK(false, "the scanner took these bytes");
    }
    token_.end = at;
}

void Cursor::load_msgpack_extension(std::int8_t type, std::span<const std::uint8_t> data) {
    if (type == msgpack_timestamp_type) {
        if (auto text = timestamp_text(data)) {
            scratch_ = std::move(*text);
            return set_scratch(ElementKind::text);
        }
    }
    if (is_msgpack_undefined(type, data)) {
        token_.kind = ElementKind::null;
        return;
    }
    set_content(ElementKind::binary, data);
}

void Cursor::load_cbor() {
    const std::uint8_t* at = at_;
    CborHead head = take_cbor_head(at, end_);
    while (head.type == CborType::tag) {
        const std::uint64_t tag = head.value;
        const bool is_bignum = tag == cbor_tag_bignum || tag == cbor_tag_negative_bignum;
        const bool is_number = is_bignum && find_cbor_byte_string(at, end_);
        head = take_cbor_head(at, end_);
        if (!is_number) continue;
        token_.end = at;
        load_cbor_string(head);
        return set_number(bignum_number(
            token_.content, tag == cbor_tag_bignum ? BignumSign::positive : BignumSign::negative));
    }
    token_.end = at;
    switch (head.type) {
        case CborType::uint:
            return set_unsigned(head.value);
        case CborType::negative:
            return set_number(negative_number(head.value));
        case CborType::null:
            token_.kind = ElementKind::null;
            return;
        case CborType::boolean:
            set_scalar(ElementKind::boolean, head.value);
            return;
        case CborType::floating:
            return set_scalar(ElementKind::floating, head.value);
        case CborType::binary:
        case CborType::text:
            return load_cbor_string(head);
        case CborType::list:
            return set_scalar(ElementKind::list,
                              head.is_indefinite ? Entries::until_end : head.value);
        case CborType::dict:
            return set_scalar(ElementKind::dict,
                              head.is_indefinite ? Entries::until_end : head.value);
        case CborType::tag:
        case CborType::stop:
        case CborType::reserved:
        case CborType::cut:
            break;
    }
    CHECK(false, "the scanner took these bytes");
}

void Cursor::load_cbor_string(const CborHead& head) {
    const auto kind = head.type == CborType::text ? ElementKind::text : ElementKind::binary;
    if (!head.is_indefinite) {
        return set_content(kind, take_content(token_.end, end_, head.value));
    }
    join_chunks(token_.end, end_, head.type, scratch_);
    set_scratch(kind);
}

}  // namespace kreisel
