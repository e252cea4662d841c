#pragma once
// What the commands print: results and events as lines of JSON.

#include "client/values/results.hpp"

#include <cstdint>
#include <string>

namespace kreisel::client {

enum class Shape : std::uint8_t {
    shortest,  ///< one result by itself, `null` for none
    full       ///< always a dict with `args` and `kwargs`
};

[[nodiscard]] std::string result_line(const Reply& reply, Shape shape);

/// `line` with the entries `args` and, if there are any, `kwargs`.
[[nodiscard]] Dict with_arguments(Dict line, List args, Dict kwargs);

}  // namespace kreisel::client
