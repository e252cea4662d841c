// Dictionaries of JSON by RapidJSON, on spans that json_scan has validated: the library's own gaps
// (invalid UTF-8, lone surrogates, unbounded recursion) are closed before it reads.

#include "common/base/base64.hpp"
#include "common/codec/json.hpp"
#include "common/codec/json_number.hpp"
#include "common/codec/value_sink.hpp"

// RapidJSON adds to the null pointer of its empty stack, which is harmless and none of ours.
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#ifdef __clang__
#pragma clang attribute pop
#endif

namespace kreisel {

namespace {

// Events of RapidJSON for a sink. Numbers come as text, since ours are exact and total.
class SaxHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, SaxHandler> {
  public:
    explicit SaxHandler(ValueSink& sink) : sink_(sink) {}

    bool Null() {
        sink_.on_null();
        return true;
    }
    bool Bool(bool value) {
        sink_.on_bool(value);
        return true;
    }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
        std::visit([this](auto number) { tell(number); }, parse_json_number({text, size}));
        return true;
    }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        const std::string_view view(text, size);
        if (!view.empty() && view.front() == '\0') {
            if (const auto bytes = from_base64(view.substr(1))) {
                sink_.on_binary(*bytes);
                return true;
            }
        }
        sink_.on_text(view);
        return true;
    }
    bool StartObject() {
        sink_.on_dict_begin(ValueSink::unknown_size);
        return true;
    }
    bool Key(const char* text, rapidjson::SizeType size, bool) {
        sink_.on_key({text, size});
        return true;
    }
    bool EndObject(rapidjson::SizeType) {
        sink_.on_dict_end();
        return true;
    }
    bool StartArray() {
        sink_.on_list_begin(ValueSink::unknown_size);
        return true;
    }
    bool EndArray(rapidjson::SizeType) {
        sink_.on_list_end();
        return true;
    }

  private:
    void tell(std::int64_t value) { sink_.on_int(value); }
    void tell(std::uint64_t value) { sink_.on_uint(value); }
    void tell(double value) { sink_.on_double(value); }

    ValueSink& sink_;
};

}  // namespace

Dict json_dict(std::span<const std::uint8_t> bytes) {
    ValueBuilder builder;
    SaxHandler handler(builder);
    rapidjson::MemoryStream stream(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    rapidjson::Reader reader;
    constexpr unsigned flags =
        rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseStopWhenDoneFlag;
    if (!reader.Parse<flags>(stream, handler).IsError()) return builder.take_dict();
    // RapidJSON refuses numbers beyond the range of doubles, also as text; ours are infinite.
    ValueBuilder again;
    json_read(bytes, again);
    return again.take_dict();
}

}  // namespace kreisel
