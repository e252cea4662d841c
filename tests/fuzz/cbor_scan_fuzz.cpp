// cbor_scan takes exactly what libcbor's decoder takes and the rules of WAMP allow; what it took
// can be rewritten, read, re-encoded and transcoded without loss.
#include "binary_referee.hpp"
#include "common/codec/cbor.hpp"
#include "common/codec/json.hpp"
#include "common/codec/msgpack.hpp"
#include "common/codec/value_sink.hpp"

#include <cbor.h>

namespace {

using namespace kreisel;

constexpr unsigned depth_max = 64;

/// Puts libcbor's single heads together and tells a Referee.
class Assembler {
  public:
    [[nodiscard]] bool takes(std::span<const std::uint8_t> bytes);

    void on_other() {
        if (chunks_ != Chunks::none) return refuse();
        referee_.on_other();
        on_told();
    }
    void on_tag() {
        if (chunks_ != Chunks::none) return refuse();
        is_tagged_ = true;
        referee_.on_tag();
    }
    enum class Chunks { none, text, binary };
    void on_string(Chunks kind, std::string_view content) {
        if (chunks_ != Chunks::none) {
            if (kind != chunks_) return refuse();
            // Each chunk is valid on its own.
            const auto* data = reinterpret_cast<const std::uint8_t*>(content.data());
            if (kind == Chunks::text && !is_valid_utf8({data, content.size()})) refuse();
            joined_ += content;
            return;
        }
        if (kind == Chunks::text) {
            tell_text(content);
        } else {
            on_other();
        }
    }
    void on_chunks(Chunks kind) {
        if (chunks_ != Chunks::none) return refuse();
        chunks_ = kind;
        joined_.clear();
    }
    void on_begin(bool is_dict, bool is_indefinite, std::size_t size) {
        if (chunks_ != Chunks::none) return refuse();
        is_tagged_ = false;
        // What claims more than all there is would only keep the decoder waiting.
        if (!is_indefinite && size > size_) return refuse();
        referee_.on_begin(is_dict);
        open_.push_back({is_dict, is_indefinite, is_dict ? 2 * size : size});
        if (!is_indefinite && size == 0) end();
    }
    void on_break() {
        if (chunks_ != Chunks::none) {
            const Chunks kind = std::exchange(chunks_, Chunks::none);
            if (kind == Chunks::text) return tell_text(joined_);
            return on_other();
        }
        if (open_.empty() || !open_.back().is_indefinite || is_tagged_) return refuse();
        if (open_.back().is_dict && open_.back().left % 2 != 0) return refuse();
        end();
    }

  private:
    struct Open {
        bool is_dict;
        bool is_indefinite;
        /// Items to come; of an indefinite container those that came.
        std::size_t left;
    };

    void refuse() { is_refused_ = true; }
    void tell_text(std::string_view text) {
        referee_.on_text(text);
        on_told();
    }
    void end() {
        open_.pop_back();
        referee_.on_end();
        on_told();
    }
    void on_told() {
        is_tagged_ = false;
        if (open_.empty()) {
            is_complete_ = true;
        } else if (open_.back().is_indefinite) {
            ++open_.back().left;
        } else if (--open_.back().left == 0) {
            end();
        }
    }

    Referee referee_{depth_max};
    std::vector<Open> open_;
    Chunks chunks_ = Chunks::none;
    std::string joined_;
    std::size_t size_ = 0;
    bool is_tagged_ = false;
    bool is_complete_ = false;
    bool is_refused_ = false;
};

using Chunks = Assembler::Chunks;

Assembler& self(void* context) { return *static_cast<Assembler*>(context); }

template <class Number>
void on_number(void* context, Number) {
    self(context).on_other();
}
void on_plain(void* context) { self(context).on_other(); }
template <Chunks kind>
void on_string(void* context, cbor_data content, std::size_t size) {
    self(context).on_string(kind, {reinterpret_cast<const char*>(content), size});
}
template <Chunks kind>
void on_chunks(void* context) {
    self(context).on_chunks(kind);
}
template <int is_dict>
void on_begin(void* context, std::size_t size) {
    self(context).on_begin(is_dict != 0, false, size);
}
template <int is_dict>
void on_indefinite(void* context) {
    self(context).on_begin(is_dict != 0, true, 0);
}

cbor_callbacks make_callbacks() {
    cbor_callbacks callbacks = cbor_empty_callbacks;
    callbacks.uint8 = callbacks.negint8 = on_number<std::uint8_t>;
    callbacks.uint16 = callbacks.negint16 = on_number<std::uint16_t>;
    callbacks.uint32 = callbacks.negint32 = on_number<std::uint32_t>;
    callbacks.uint64 = callbacks.negint64 = on_number<std::uint64_t>;
    callbacks.float2 = callbacks.float4 = on_number<float>;
    callbacks.float8 = on_number<double>;
    callbacks.boolean = on_number<bool>;
    callbacks.null = callbacks.undefined = on_plain;
    callbacks.byte_string = on_string<Chunks::binary>;
    callbacks.byte_string_start = on_chunks<Chunks::binary>;
    callbacks.string = on_string<Chunks::text>;
    callbacks.string_start = on_chunks<Chunks::text>;
    callbacks.array_start = on_begin<0>;
    callbacks.indef_array_start = on_indefinite<0>;
    callbacks.map_start = on_begin<1>;
    callbacks.indef_map_start = on_indefinite<1>;
    callbacks.tag = [](void* context, std::uint64_t) { self(context).on_tag(); };
    callbacks.indef_break = [](void* context) { self(context).on_break(); };
    return callbacks;
}

bool Assembler::takes(std::span<const std::uint8_t> bytes) {
    static const cbor_callbacks callbacks = make_callbacks();
    size_ = bytes.size();
    while (!bytes.empty() && !is_complete_ && !is_refused_) {
        // libcbor 0.8 knows no unassigned simple values and no unassigned tags.
        if (bytes[0] >= 0xc6 && bytes[0] <= 0xd4) {
            on_tag();
            bytes = bytes.subspan(1);
            continue;
        }
        const bool is_short_simple = bytes[0] >= 0xe0 && bytes[0] <= 0xf3;
        const bool is_long_simple = bytes.size() >= 2 && bytes[0] == 0xf8 && bytes[1] >= 32;
        if (is_short_simple || is_long_simple) {
            on_other();
            bytes = bytes.subspan(is_short_simple ? 1 : 2);
            continue;
        }
        const auto result = cbor_stream_decode(bytes.data(), bytes.size(), &callbacks, this);
        if (result.status != CBOR_DECODER_FINISHED) return false;
        bytes = bytes.subspan(result.read);
    }
    return is_complete_ && !is_refused_ && bytes.empty() && referee_.is_fine();
}

std::string transcript(std::span<const std::uint8_t> bytes) {
    Transcript told;
    cbor_read(bytes, told);
    return told.text;
}

void check_dict(std::span<const std::uint8_t> bytes) {
    Transcript by_library;
    tell_dict(cbor_dict(bytes), by_library);
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

    const SharedBytes rewritten = cbor_rewrite(bytes);
    const auto scanned_again = cbor_scan(rewritten.span(), depth_max);
    FUZZ_CHECK(scanned_again.has_value() && !scanned_again->needs_rewrite);
    FUZZ_CHECK((rewritten.size() != bytes.size()) == message.needs_rewrite);
    FUZZ_CHECK(transcript(rewritten.span()) == told);

    ByteWriter again;
    CborWriter writer(again);
    cbor_read(bytes, writer);
    FUZZ_CHECK(cbor_scan(again.span(), depth_max).has_value());
    FUZZ_CHECK(transcript(again.span()) == told);

    ByteWriter as_msgpack;
    MsgpackWriter msgpack_writer(as_msgpack);
    cbor_read(bytes, msgpack_writer);
    FUZZ_CHECK(msgpack_scan(as_msgpack.span(), depth_max).has_value());
    Transcript by_msgpack;
    msgpack_read(as_msgpack.span(), by_msgpack);
    FUZZ_CHECK(by_msgpack.text == told);

    ByteWriter as_json;
    JsonWriter json_writer(as_json);
    cbor_read(bytes, json_writer);
    FUZZ_CHECK(json_scan(as_json.span(), depth_max).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes(data, size);
    const auto message = cbor_scan(bytes, depth_max);
    FUZZ_CHECK(message.has_value() == Assembler().takes(bytes));
    if (message) check_taken(bytes, *message);
    return 0;
}
