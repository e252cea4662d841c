#pragma once
// Values as JSON text and back, for the command line: arguments in, lines out. The project's own
// codec does it, so that integers stay whole and binary is told apart (U+0000 and base64).

#include "common/wamp/value.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace kreisel::client {

/// One value; the error is a sentence that says where.
[[nodiscard]] tl::expected<Value, std::string> parse_json(std::string_view text);

/// On one line. Text that is no UTF-8 must not stand in it; see is_text().
[[nodiscard]] std::string to_json(const Value& value);

/// Whether it can be sent as text, which is UTF-8.
[[nodiscard]] bool is_text(std::string_view octets);

}  // namespace kreisel::client
