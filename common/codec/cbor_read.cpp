// cbor_read: tells validated CBOR to a sink. Recurses as deep as the scanner allowed.
// cbor_rewrite: cuts the tags out that other clients stumble over. Pure; any thread.
#include "common/base/check.hpp"
#include "common/codec/cbor.hpp"
#include "common/codec/cbor_head.hpp"
#include "common/codec/cbor_number.hpp"
#include "common/codec/key_teller.hpp"

#include <bit>
#include <string>

namespace kreisel {

namespace {

using Type = CborType;

std::string_view as_text(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class CborReader {
  public:
    CborReader(std::span<const std::uint8_t> bytes, ValueSink& sink)
        : at_(bytes.data()), end_(bytes.data() + bytes.size()), sink_(sink) {}

    void read_all() {
        while (at_ != end_) read_value();
    }

  private:
    void read_value();
    void read_scalar(const CborHead& head, ValueSink& sink);
    void read_string(const CborHead& head, ValueSink& sink);
    void read_tagged(std::uint64_t tag);
    void read_list(const CborHead& head);
    void read_dict(const CborHead& head);
    [[nodiscard]] bool has_entry(const CborHead& container, std::uint64_t i);
    [[nodiscard]] std::span<const std::uint8_t> take(std::uint64_t size);
    /// Content of a string, joined in `joined` if it comes in chunks.
    [[nodiscard]] std::span<const std::uint8_t> take_string(const CborHead& head,
                                                            std::string& joined);
    [[nodiscard]] CborHead take_head() { return take_cbor_head(at_, end_); }

    const std::uint8_t* at_;
    const std::uint8_t* end_;
    ValueSink& sink_;
};

void CborReader::read_value() {
    const CborHead head = take_head();
    if (head.type == Type::list) return read_list(head);
    if (head.type == Type::dict) return read_dict(head);
    if (head.type == Type::tag) return read_tagged(head.value);
    read_scalar(head, sink_);
}

void CborReader::read_scalar(const CborHead& head, ValueSink& sink) {
    switch (head.type) {
        case Type::uint:
            return tell_unsigned(head.value, sink);
        case Type::negative:
            return tell_negative(head.value, sink);
        case Type::null:
            return sink.on_null();
        case Type::boolean:
            return sink.on_bool(head.value != 0);
        case Type::floating:
            return sink.on_double(std::bit_cast<double>(head.value));
        case Type::binary:
        case Type::text:
            return read_string(head, sink);
        case Type::list:
        case Type::dict:
        case Type::tag:
        case Type::stop:
        case Type::reserved:
        case Type::cut:
            break;
    }
    CHECK(false, "the scanner took these bytes");
}

void CborReader::read_string(const CborHead& head, ValueSink& sink) {
    std::string joined;
    const auto content = take_string(head, joined);
    if (head.type == Type::text) return sink.on_text(as_text(content));
    sink.on_binary(content);
}

void CborReader::read_tagged(std::uint64_t tag) {
    const bool is_bignum = tag == cbor_tag_bignum || tag == cbor_tag_negative_bignum;
    // Tags 64 between a bignum's tag and its bytes say nothing, here as in cbor_rewrite.
    if (!is_bignum || !find_cbor_byte_string(at_, end_)) return read_value();
    std::string joined;
    const auto magnitude = take_string(take_head(), joined);
    const bool is_positive = tag == cbor_tag_bignum;
    tell_bignum(magnitude, is_positive ? BignumSign::positive : BignumSign::negative, sink_);
}

void CborReader::read_list(const CborHead& head) {
    sink_.on_list_begin(head.is_indefinite ? ValueSink::unknown_size
                                           : static_cast<std::size_t>(head.value));
    for (std::uint64_t i = 0; has_entry(head, i); ++i) read_value();
    sink_.on_list_end();
}

void CborReader::read_dict(const CborHead& head) {
    sink_.on_dict_begin(head.is_indefinite ? ValueSink::unknown_size
                                           : static_cast<std::size_t>(head.value));
    for (std::uint64_t i = 0; has_entry(head, i); ++i) {
        KeyTeller key(sink_);
        read_scalar(take_head(), key);
        read_value();
    }
    sink_.on_dict_end();
}

bool CborReader::has_entry(const CborHead& container, std::uint64_t i) {
    if (!container.is_indefinite) return i < container.value;
    CHECK(at_ != end_, "the scanner saw the break");
    if (*at_ != 0xff) return true;
    ++at_;
    return false;
}

std::span<const std::uint8_t> CborReader::take(std::uint64_t size) {
    CHECK(size <= static_cast<std::size_t>(end_ - at_), "content lies within the bytes");
    const std::span<const std::uint8_t> content(at_, static_cast<std::size_t>(size));
    at_ += content.size();
    return content;
}

std::span<const std::uint8_t> CborReader::take_string(const CborHead& head, std::string& joined) {
    if (!head.is_indefinite) return take(head.value);
    for (CborHead chunk = take_head(); chunk.type != Type::stop; chunk = take_head()) {
        CHECK(chunk.type == head.type, "the scanner took these chunks");
        joined += as_text(take(chunk.value));
    }
    return {reinterpret_cast<const std::uint8_t*>(joined.data()), joined.size()};
}

}  // namespace

void cbor_read(std::span<const std::uint8_t> bytes, ValueSink& sink) {
    CborReader(bytes, sink).read_all();
}

// A tag is a prefix that no size counts, so cutting it out leaves the rest as it is: one walk over
// the heads, whatever the nesting.
SharedBytes cbor_rewrite(std::span<const std::uint8_t> bytes) {
    ByteWriter out(bytes.size());
    const std::uint8_t* at = bytes.data();
    const std::uint8_t* end = at + bytes.size();
    const std::uint8_t* kept = at;
    while (at != end) {
        const std::uint8_t* start = at;
        const CborHead head = take_cbor_head(at, end);
        if (head.type == Type::tag && head.value == cbor_tag_uint8_array) {
            if (!find_cbor_byte_string(at, end)) continue;
            out.put(std::span(kept, start));
            kept = at;
        } else if (head.type == Type::binary || head.type == Type::text) {
            CHECK(head.value <= static_cast<std::size_t>(end - at), "content lies within");
            at += head.value;
        }
    }
    out.put(std::span(kept, end));
    return std::move(out).take();
}

}  // namespace kreisel
