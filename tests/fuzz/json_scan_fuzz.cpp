// json_scan against RapidJSON. Where the two may differ is listed in the comments; otherwise both
// take a text or both refuse it, and what was taken is read alike by both.
#include "common/codec/codec.hpp"
#include "common/codec/json.hpp"
#include "common/codec/value_sink.hpp"

// RapidJSON adds to the null pointer of its empty stack, which is harmless and none of ours.
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#ifdef __clang__
#pragma clang attribute pop
#endif

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace kreisel;

namespace {

[[noreturn]] void differs(const char* what) {
    std::fprintf(stderr, "json_scan: %s\n", what);
    std::abort();
}

// What our scanner refuses though RapidJSON takes it: lone low surrogates (it checks high ones
// only), and more than 7 elements, deep nesting, keys twice, which are rules of WAMP.
bool is_stricter_rule(std::string_view fault) {
    for (const std::string_view rule :
         {"half a surrogate pair", "more than 7 elements", "nested too deeply",
          "a key stands twice", "a message is a list"}) {
        if (fault.find(rule) != std::string_view::npos) return true;
    }
    return false;
}

// What RapidJSON refuses though JSON allows it: numbers too large for a double.
bool is_stricter_library(rapidjson::ParseErrorCode code) {
    return code == rapidjson::kParseErrorNumberTooBig;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes(data, size);
    const auto scanned = json_scan(bytes, 64);

    rapidjson::BaseReaderHandler<> ignore;
    rapidjson::MemoryStream stream(reinterpret_cast<const char*>(data), size);
    rapidjson::Reader reader;
    constexpr unsigned flags =
        rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
    const rapidjson::ParseResult parsed = reader.Parse<flags>(stream, ignore);

    if (scanned && parsed.IsError() && !is_stricter_library(parsed.Code())) {
        differs(rapidjson::GetParseError_En(parsed.Code()));
    }
    // A NUL ends RapidJSON's text; ours has none.
    const bool has_nul = std::string_view(reinterpret_cast<const char*>(data), size).find('\0') !=
                         std::string_view::npos;
    if (!scanned && !parsed.IsError() && !has_nul && !is_stricter_rule(scanned.error().text)) {
        differs(scanned.error().text.c_str());
    }
    if (!scanned) return 0;

    // Both ways to read a dict tell the same, and elements lie where they were said to.
    for (std::size_t i = 0; i < scanned->count; ++i) {
        const Element& element = scanned->elements[i];
        if (element.offset + element.size > size) differs("an element beyond the text");
        if (element.kind != ElementKind::dict) continue;
        const auto span = bytes.subspan(element.offset, element.size);
        ValueBuilder builder;
        json_read(span, builder);
        if (!(json_dict(span) == builder.take_dict())) differs("two readings of a dict");
    }
    // The whole door: must not crash; what it takes it takes again.
    const auto text = SharedBytes::copy_of(bytes);
    const auto message = decode(Encoding::json, text, {});
    if (!message) return 0;
    ByteWriter writer;
    encode(*message, Encoding::json, writer);
    if (!decode(Encoding::json, std::move(writer).take(), {})) differs("its own text is refused");
    return 0;
}
