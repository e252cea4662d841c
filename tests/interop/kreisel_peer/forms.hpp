#pragma once
// The forms of values on the control channel (peers/notation.mjs) for the C++ peer, and what it
// says there.

#include "common/wamp/value.hpp"

namespace kreisel::interop {

/// From the driver's form to a value.
[[nodiscard]] Value decode_form(const Value& form);
[[nodiscard]] List decode_forms(const List& forms);
[[nodiscard]] Dict decode_forms(const Dict& forms);

/// From a value that the library handed out to the driver's form.
[[nodiscard]] Value encode_form(const Value& value);
[[nodiscard]] Value encode_form(const List& values);
[[nodiscard]] Value encode_form(const Dict& values);

/// One line of JSON on standard output.
void say(const Dict& message);

}  // namespace kreisel::interop
