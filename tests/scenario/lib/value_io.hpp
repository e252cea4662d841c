#pragma once
// Values to bytes and back in the three encodings, written apart from common/codec on purpose: what
// a scenario sends and reads is not judged by the code under test. Byte strings travel in JSON as
// the advanced profile says ("\0" + base64).

#include "common/wamp/encoding.hpp"
#include "common/wamp/value.hpp"

#include <string>
#include <string_view>

namespace kreisel::scenario {

[[nodiscard]] std::string write_value(Encoding encoding, const Value& value);
/// Throws TextError if the bytes are not exactly one value.
[[nodiscard]] Value read_value(Encoding encoding, std::string_view bytes);

// One encoding each; value_io.cpp chooses.
[[nodiscard]] std::string write_json(const Value& value);
[[nodiscard]] Value read_json(std::string_view bytes);
[[nodiscard]] std::string write_msgpack(const Value& value);
[[nodiscard]] Value read_msgpack(std::string_view bytes);
[[nodiscard]] std::string write_cbor(const Value& value);
[[nodiscard]] Value read_cbor(std::string_view bytes);

}  // namespace kreisel::scenario
