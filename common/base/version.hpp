#pragma once
// The version of this build, from `project(... VERSION ...)` in CMakeLists.txt and nowhere else.

#include <string_view>

namespace kreisel {

/// `0.1.0`
[[nodiscard]] std::string_view version();
/// `Kreisel/0.1.0`, as WELCOME and HTTP answers name the router.
[[nodiscard]] std::string_view agent();

}  // namespace kreisel
