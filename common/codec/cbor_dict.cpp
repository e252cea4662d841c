// cbor_dict: options and details by libcbor's streaming decoder, the one that allocates nothing by
// itself. It gets what cbor_scan took: lengths fit, nesting is bounded, keys are text. Pure; any
// thread.
#include "common/base/check.hpp"
#include "common/codec/cbor.hpp"
#include "common/codec/cbor_head.hpp"
#include "common/codec/cbor_number.hpp"
#include "common/codec/value_sink.hpp"

#include <cbor.h>

#include <string>
#include <vector>

namespace kreisel {

namespace {

/// Puts libcbor's single heads together: which container is open, what is a key, where it ends.
class DictDecoder {
  public:
    [[nodiscard]] Dict decode(std::span<const std::uint8_t> bytes);

    void on_uint(std::uint64_t value) {
        tell_unsigned(value, builder_);
        on_told();
    }
    void on_negative(std::uint64_t argument) {
        tell_negative(argument, builder_);
        on_told();
    }
    void on_double(double value) {
        builder_.on_double(value);
        on_told();
    }
    void on_bool(bool value) {
        builder_.on_bool(value);
        on_told();
    }
    void on_null() {
        builder_.on_null();
        on_told();
    }
    void on_string(CborType type, std::span<const std::uint8_t> content);
    void on_chunks_begin(CborType type) {
        is_chunked_ = true;
        chunk_type_ = type;
    }
    void on_break();
    void begin(CborType type, std::size_t size);

  private:
    struct Open {
        CborType type = CborType::list;
        bool is_at_key = false;
        bool is_indefinite = false;
        std::size_t left = 0;
    };

    void tell_string(CborType type, std::span<const std::uint8_t> content);
    [[nodiscard]] bool is_bignum_ahead() const {
        return tag_ == cbor_tag_bignum || tag_ == cbor_tag_negative_bignum;
    }
    /// A value is complete, and with it perhaps the containers around it.
    void on_told();
    void close();

    ValueBuilder builder_;
    std::vector<Open> open_;
    /// The tag in front of the next value, or 0, which means a date and changes nothing.
    std::uint64_t tag_ = 0;
    bool is_chunked_ = false;
    CborType chunk_type_ = CborType::text;
    std::string chunks_;
};

void DictDecoder::on_string(CborType type, std::span<const std::uint8_t> content) {
    if (!is_chunked_) return tell_string(type, content);
    chunks_.append(reinterpret_cast<const char*>(content.data()), content.size());
}

void DictDecoder::tell_string(CborType type, std::span<const std::uint8_t> content) {
    if (type == CborType::text) {
        const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
        if (!open_.empty() && open_.back().is_at_key) {
            open_.back().is_at_key = false;
            return builder_.on_key(text);
        }
        builder_.on_text(text);
    } else if (tag_ == cbor_tag_bignum) {
        tell_bignum(content, BignumSign::positive, builder_);
    } else if (tag_ == cbor_tag_negative_bignum) {
        tell_bignum(content, BignumSign::negative, builder_);
    } else {
        builder_.on_binary(content);
    }
    on_told();
}

void DictDecoder::on_break() {
    if (is_chunked_) {
        is_chunked_ = false;
        const std::string content = std::exchange(chunks_, {});
        tell_string(chunk_type_,
                    {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
        return;
    }
    close();
    on_told();
}

void DictDecoder::begin(CborType type, std::size_t size) {
    tag_ = 0;
    const bool is_dict = type == CborType::dict;
    if (is_dict) {
        builder_.on_dict_begin(size);
    } else {
        builder_.on_list_begin(size);
    }
    open_.push_back({type, is_dict, size == ValueSink::unknown_size, size});
    if (size == 0) {
        close();
        on_told();
    }
}

void DictDecoder::close() {
    CHECK(!open_.empty(), "the scanner saw the beginning");
    const bool is_dict = open_.back().type == CborType::dict;
    open_.pop_back();
    if (is_dict) {
        builder_.on_dict_end();
    } else {
        builder_.on_list_end();
    }
}

void DictDecoder::on_told() {
    tag_ = 0;
    while (!open_.empty()) {
        Open& top = open_.back();
        top.is_at_key = top.type == CborType::dict;
        if (top.is_indefinite || --top.left > 0) return;
        close();
    }
}

DictDecoder& self(void* context) { return *static_cast<DictDecoder*>(context); }

/// One callback for all widths of an integer.
template <class Number>
void on_uint(void* context, Number value) {
    self(context).on_uint(value);
}
template <class Number>
void on_negative(void* context, Number argument) {
    self(context).on_negative(argument);
}
template <class Number>
void on_float(void* context, Number value) {
    self(context).on_double(static_cast<double>(value));
}
template <CborType type>
void on_string(void* context, cbor_data content, std::size_t size) {
    self(context).on_string(type, {content, size});
}
template <CborType type>
void on_chunks(void* context) {
    self(context).on_chunks_begin(type);
}
template <CborType type>
void on_begin(void* context, std::size_t size) {
    self(context).begin(type, size);
}
template <CborType type>
void on_indefinite(void* context) {
    self(context).begin(type, ValueSink::unknown_size);
}

cbor_callbacks make_callbacks() {
    cbor_callbacks callbacks = cbor_empty_callbacks;
    callbacks.uint8 = on_uint<std::uint8_t>;
    callbacks.uint16 = on_uint<std::uint16_t>;
    callbacks.uint32 = on_uint<std::uint32_t>;
    callbacks.uint64 = on_uint<std::uint64_t>;
    callbacks.negint8 = on_negative<std::uint8_t>;
    callbacks.negint16 = on_negative<std::uint16_t>;
    callbacks.negint32 = on_negative<std::uint32_t>;
    callbacks.negint64 = on_negative<std::uint64_t>;
    callbacks.byte_string_start = on_chunks<CborType::binary>;
    callbacks.byte_string = on_string<CborType::binary>;
    callbacks.string_start = on_chunks<CborType::text>;
    callbacks.string = on_string<CborType::text>;
    callbacks.indef_array_start = on_indefinite<CborType::list>;
    callbacks.array_start = on_begin<CborType::list>;
    callbacks.indef_map_start = on_indefinite<CborType::dict>;
    callbacks.map_start = on_begin<CborType::dict>;
    callbacks.float2 = on_float<float>;
    callbacks.float4 = on_float<float>;
    callbacks.float8 = on_float<double>;
    callbacks.boolean = [](void* context, bool value) { self(context).on_bool(value); };
    callbacks.indef_break = [](void* context) { self(context).on_break(); };
    return callbacks;
}

Dict DictDecoder::decode(std::span<const std::uint8_t> bytes) {
    static const cbor_callbacks callbacks = make_callbacks();
    while (!bytes.empty()) {
        // libcbor refuses unassigned simple values and unassigned tags, which are well-formed.
        const std::uint8_t* at = bytes.data();
        const CborHead head = take_cbor_head(at, at + bytes.size());
        if (head.type == CborType::null || head.type == CborType::tag) {
            if (head.type == CborType::tag) {
                // Tags 64 between a bignum's tag and its bytes say nothing, as in cbor_read.
                if (head.value != cbor_tag_uint8_array || !is_bignum_ahead()) tag_ = head.value;
            } else {
                on_null();
            }
            bytes = bytes.subspan(static_cast<std::size_t>(at - bytes.data()));
            continue;
        }
        const auto result = cbor_stream_decode(bytes.data(), bytes.size(), &callbacks, this);
        CHECK(result.status == CBOR_DECODER_FINISHED, "libcbor takes what the scanner took");
        bytes = bytes.subspan(result.read);
    }
    CHECK(open_.empty(), "the element is one dict");
    return builder_.take_dict();
}

}  // namespace

Dict cbor_dict(std::span<const std::uint8_t> bytes) {
    // Most options are empty, and this is the hot path.
    if (bytes.size() == 1 && bytes[0] == 0xa0) return {};
    return DictDecoder().decode(bytes);
}

}  // namespace kreisel
