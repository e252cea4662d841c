// msgpack_scan takes exactly what msgpack-c takes and the rules of WAMP allow; what it took can be
// read, re-encoded and transcoded without loss.
#include "binary_referee.hpp"
#include "common/codec/cbor.hpp"
#include "common/codec/json.hpp"
#include "common/codec/msgpack.hpp"
#include "common/codec/value_sink.hpp"

#include <msgpack/null_visitor.hpp>
#include <msgpack/parse.hpp>
#include <msgpack/unpack.hpp>

namespace {

using namespace kreisel;

constexpr unsigned depth_max = 64;

class RefereeVisitor : public msgpack::null_visitor {
  public:
    explicit RefereeVisitor(Referee& referee) : referee_(referee) {}

    bool visit_nil() { return other(); }
    bool visit_boolean(bool) { return other(); }
    bool visit_positive_integer(std::uint64_t) { return other(); }
    bool visit_negative_integer(std::int64_t) { return other(); }
    bool visit_float32(float) { return other(); }
    bool visit_float64(double) { return other(); }
    bool visit_str(const char* text, std::uint32_t size) {
        referee_.on_text({text, size});
        return true;
    }
    bool visit_bin(const char*, std::uint32_t) { return other(); }
    bool visit_ext(const char*, std::uint32_t) {
        if (referee_.is_at_key()) referee_.refuse();
        return other();
    }
    bool start_array(std::uint32_t) { return begin(false); }
    bool end_array() { return end(); }
    bool start_map(std::uint32_t) { return begin(true); }
    bool end_map() { return end(); }

  private:
    bool other() {
        referee_.on_other();
        return true;
    }
    bool begin(bool is_dict) {
        referee_.on_begin(is_dict);
        return true;
    }
    bool end() {
        referee_.on_end();
        return true;
    }

    Referee& referee_;
};

bool library_takes(std::span<const std::uint8_t> bytes) {
    Referee referee(depth_max);
    RefereeVisitor visitor(referee);
    std::size_t offset = 0;
    const bool is_parsed =
        msgpack::parse(reinterpret_cast<const char*>(bytes.data()), bytes.size(), offset, visitor);
    return is_parsed && offset == bytes.size() && referee.is_fine();
}

std::string transcript(std::span<const std::uint8_t> bytes) {
    Transcript told;
    msgpack_read(bytes, told);
    return told.text;
}

void check_dict(std::span<const std::uint8_t> bytes) {
    Transcript by_library;
    tell_dict(msgpack_dict(bytes), by_library);
    FUZZ_CHECK(by_library.text == transcript(bytes));
}

void check_taken(std::span<const std::uint8_t> bytes, const ScannedMessage& message) {
    for (std::size_t i = 0; i < message.count; ++i) {
        const Element& element = message.elements[i];
        if (element.kind != ElementKind::dict) continue;
        check_dict(bytes.subspan(element.offset, element.size));
        break;  // later dicts may hold keys that are no text
    }
    const std::string told = transcript(bytes);

    ByteWriter again;
    MsgpackWriter writer(again);
    msgpack_read(bytes, writer);
    FUZZ_CHECK(msgpack_scan(again.span(), depth_max).has_value());
    FUZZ_CHECK(transcript(again.span()) == told);

    ByteWriter as_cbor;
    CborWriter cbor_writer(as_cbor);
    msgpack_read(bytes, cbor_writer);
    FUZZ_CHECK(cbor_scan(as_cbor.span(), depth_max).has_value());
    Transcript by_cbor;
    cbor_read(as_cbor.span(), by_cbor);
    FUZZ_CHECK(by_cbor.text == told);

    ByteWriter as_json;
    JsonWriter json_writer(as_json);
    msgpack_read(bytes, json_writer);
    FUZZ_CHECK(json_scan(as_json.span(), depth_max).has_value());
    // JSON tells no sizes: the writers find them out.
    ByteWriter from_json;
    MsgpackWriter late_writer(from_json);
    json_read(as_json.span(), late_writer);
    FUZZ_CHECK(msgpack_scan(from_json.span(), depth_max).has_value());
    Transcript by_json;
    Transcript by_late;
    json_read(as_json.span(), by_json);
    msgpack_read(from_json.span(), by_late);
    FUZZ_CHECK(by_late.text == by_json.text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes(data, size);
    const auto message = msgpack_scan(bytes, depth_max);
    FUZZ_CHECK(message.has_value() == library_takes(bytes));
    if (message) check_taken(bytes, *message);
    return 0;
}
