#pragma once
// Origin allow-list of the upgrade: patterns like `https://*.example.com` or
// `http://localhost:*`. Pure; any thread.

#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

/// True if `origin` (value of the Origin header) fits one of the patterns, in any case. `*` stands
/// for one or more characters of one label or of the port, so never for `.`, `:` or `/`; the
/// pattern `*` alone is any origin.
[[nodiscard]] bool is_origin_allowed(std::string_view origin,
                                     const std::vector<std::string>& patterns);

}  // namespace kreisel
