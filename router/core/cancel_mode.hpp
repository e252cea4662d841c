#pragma once
// CANCEL.Options.mode (rfc/text/advanced/rpc_call_canceling). Pure.

#include <cstdint>
#include <optional>
#include <string_view>

namespace kreisel {

enum class CancelMode : std::uint8_t { skip, kill, killnowait };

[[nodiscard]] inline std::optional<CancelMode> cancel_mode_of(std::string_view text) {
    if (text == "skip") return CancelMode::skip;
    if (text == "kill") return CancelMode::kill;
    if (text == "killnowait") return CancelMode::killnowait;
    return std::nullopt;
}
inline constexpr const char* invalid_cancel_mode = "mode is none of skip, kill and killnowait";

}  // namespace kreisel
