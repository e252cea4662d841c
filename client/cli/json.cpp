#include "client/cli/json.hpp"

#include "common/base/bytes.hpp"
#include "common/codec/json.hpp"
#include "common/codec/utf8.hpp"
#include "common/codec/value_sink.hpp"

#include <utility>

namespace kreisel::client {

namespace {

std::span<const std::uint8_t> octets_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

tl::expected<Value, std::string> parse_json(std::string_view text) {
    // The scanner takes messages, which are lists.
    const std::string list = '[' + std::string(text) + ']';
    const auto scanned = json_scan(octets_of(list), depth_limit);
    if (!scanned) return tl::unexpected(scanned.error().text);
    if (scanned->count != 1) return tl::unexpected(std::string("JSON: one value is expected"));
    ValueBuilder builder;
    json_read(octets_of(list), builder);
    List values = builder.take_list();
    return std::move(values.front());
}

std::string to_json(const Value& value) {
    ByteWriter out;
    JsonWriter writer(out);
    tell_value(value, writer);
    const SharedBytes bytes = std::move(out).take();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_text(std::string_view octets) { return is_valid_utf8(octets_of(octets)); }

}  // namespace kreisel::client
