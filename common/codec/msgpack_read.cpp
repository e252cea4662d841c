// msgpack_read: tells validated MessagePack to a sink. Recurses as deep as the scanner allowed.
// Pure; any thread.
#include "common/base/check.hpp"
#include "common/codec/key_teller.hpp"
#include "common/codec/msgpack.hpp"
#include "common/codec/msgpack_head.hpp"
#include "common/codec/msgpack_timestamp.hpp"
#include "common/codec/msgpack_undefined.hpp"

#include <bit>

namespace kreisel {

namespace {

using Type = MsgpackType;

class MsgpackReader {
  public:
    MsgpackReader(std::span<const std::uint8_t> bytes, ValueSink& sink)
        : at_(bytes.data()), end_(bytes.data() + bytes.size()), sink_(sink) {}

    void read_all() {
        while (at_ != end_) read_value();
    }

  private:
    void read_value();
    void read_scalar(const MsgpackHead& head, ValueSink& sink);
    void read_list(std::uint64_t count);
    void read_dict(std::uint64_t count);
    [[nodiscard]] std::span<const std::uint8_t> take(std::uint64_t size);

    const std::uint8_t* at_;
    const std::uint8_t* end_;
    ValueSink& sink_;
};

void MsgpackReader::read_value() {
    const MsgpackHead head = take_msgpack_head(at_, end_);
    if (head.type == Type::list) return read_list(head.value);
    if (head.type == Type::dict) return read_dict(head.value);
    read_scalar(head, sink_);
}

void MsgpackReader::read_scalar(const MsgpackHead& head, ValueSink& sink) {
    switch (head.type) {
        case Type::null:
            return sink.on_null();
        case Type::boolean:
            return sink.on_bool(head.value != 0);
        case Type::uint:
            if (head.value > static_cast<std::uint64_t>(INT64_MAX)) return sink.on_uint(head.value);
            return sink.on_int(static_cast<std::int64_t>(head.value));
        case Type::negative:
            return sink.on_int(static_cast<std::int64_t>(head.value));
        case Type::floating:
            return sink.on_double(std::bit_cast<double>(head.value));
        case Type::text: {
            const auto text = take(head.value);
            return sink.on_text({reinterpret_cast<const char*>(text.data()), text.size()});
        }
        case Type::binary:
            return sink.on_binary(take(head.value));
        case Type::ext: {
            const auto data = take(head.value);
            if (head.ext_type == msgpack_timestamp_type) {
                if (const auto text = timestamp_text(data)) return sink.on_text(*text);
            }
            if (is_msgpack_undefined(head.ext_type, data)) return sink.on_null();
            return sink.on_binary(data);
        }
        case Type::list:
        case Type::dict:
        case Type::reserved:
        case Type::cut:
            break;
    }
    CHECK(false, "the scanner took these bytes");
}

void MsgpackReader::read_list(std::uint64_t count) {
    sink_.on_list_begin(static_cast<std::size_t>(count));
    for (std::uint64_t i = 0; i < count; ++i) read_value();
    sink_.on_list_end();
}

void MsgpackReader::read_dict(std::uint64_t count) {
    sink_.on_dict_begin(static_cast<std::size_t>(count));
    for (std::uint64_t i = 0; i < count; ++i) {
        KeyTeller key(sink_);
        read_scalar(take_msgpack_head(at_, end_), key);
        read_value();
    }
    sink_.on_dict_end();
}

std::span<const std::uint8_t> MsgpackReader::take(std::uint64_t size) {
    CHECK(size <= static_cast<std::size_t>(end_ - at_), "content lies within the bytes");
    const std::span<const std::uint8_t> content(at_, static_cast<std::size_t>(size));
    at_ += content.size();
    return content;
}

}  // namespace

void msgpack_read(std::span<const std::uint8_t> bytes, ValueSink& sink) {
    MsgpackReader(bytes, sink).read_all();
}

}  // namespace kreisel
