// msgpack_dict: options and details by msgpack-c, the only user of its heavy headers. It gets what
// msgpack_scan took: lengths fit, nesting is bounded, keys are text. Pure; any thread.
#include "common/base/check.hpp"
#include "common/codec/msgpack.hpp"
#include "common/codec/msgpack_timestamp.hpp"
#include "common/codec/msgpack_undefined.hpp"
#include "common/codec/value_sink.hpp"

#include <msgpack/null_visitor.hpp>
#include <msgpack/parse.hpp>
#include <msgpack/unpack.hpp>

namespace kreisel {

namespace {

/// Passes what msgpack-c visits on to a ValueBuilder.
class DictVisitor : public msgpack::null_visitor {
  public:
    explicit DictVisitor(ValueBuilder& sink) : sink_(sink) {}

    bool visit_nil() {
        sink_.on_null();
        return true;
    }
    bool visit_boolean(bool value) {
        sink_.on_bool(value);
        return true;
    }
    bool visit_positive_integer(std::uint64_t value) {
        if (value > static_cast<std::uint64_t>(INT64_MAX)) {
            sink_.on_uint(value);
        } else {
            sink_.on_int(static_cast<std::int64_t>(value));
        }
        return true;
    }
    bool visit_negative_integer(std::int64_t value) {
        sink_.on_int(value);
        return true;
    }
    bool visit_float32(float value) {
        sink_.on_double(static_cast<double>(value));
        return true;
    }
    bool visit_float64(double value) {
        sink_.on_double(value);
        return true;
    }
    bool visit_str(const char* text, std::uint32_t size) {
        if (is_key_) {
            sink_.on_key({text, size});
        } else {
            sink_.on_text({text, size});
        }
        return true;
    }
    bool visit_bin(const char* bytes, std::uint32_t size) {
        sink_.on_binary({reinterpret_cast<const std::uint8_t*>(bytes), size});
        return true;
    }
    /// The first byte is the type; `size` counts it.
    bool visit_ext(const char* bytes, std::uint32_t size) {
        const std::span<const std::uint8_t> all(reinterpret_cast<const std::uint8_t*>(bytes), size);
        const auto data = all.subspan(1);
        if (static_cast<std::int8_t>(all[0]) == msgpack_timestamp_type) {
            if (const auto text = timestamp_text(data)) {
                sink_.on_text(*text);
                return true;
            }
        }
        if (is_msgpack_undefined(static_cast<std::int8_t>(all[0]), data)) {
            sink_.on_null();
            return true;
        }
        sink_.on_binary(data);
        return true;
    }
    bool start_array(std::uint32_t size) {
        sink_.on_list_begin(size);
        return true;
    }
    bool end_array() {
        sink_.on_list_end();
        return true;
    }
    bool start_map(std::uint32_t size) {
        sink_.on_dict_begin(size);
        return true;
    }
    bool start_map_key() {
        is_key_ = true;
        return true;
    }
    bool end_map_key() {
        is_key_ = false;
        return true;
    }
    bool end_map() {
        sink_.on_dict_end();
        return true;
    }

  private:
    ValueBuilder& sink_;
    bool is_key_ = false;
};

}  // namespace

Dict msgpack_dict(std::span<const std::uint8_t> bytes) {
    // Most options are empty, and this is the hot path.
    if (bytes.size() == 1 && bytes[0] == 0x80) return {};
    ValueBuilder builder;
    DictVisitor visitor(builder);
    std::size_t offset = 0;
    const bool is_parsed =
        msgpack::parse(reinterpret_cast<const char*>(bytes.data()), bytes.size(), offset, visitor);
    CHECK(is_parsed && offset == bytes.size(), "msgpack-c takes what the scanner took");
    return builder.take_dict();
}

}  // namespace kreisel
