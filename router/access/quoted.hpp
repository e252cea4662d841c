#pragma once
// quoted: what a peer sent, for logs and texts: in quotes, and not longer than a line.

#include <string>
#include <string_view>

namespace kreisel {

[[nodiscard]] inline std::string quoted(std::string_view text) {
    constexpr std::size_t shown_max = 120;
    return "'" + std::string(text.substr(0, shown_max)) + (text.size() > shown_max ? "...'" : "'");
}

}  // namespace kreisel
