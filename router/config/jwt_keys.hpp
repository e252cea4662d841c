#pragma once
// The keys of a realm's tokens, from the settings and files that name them. Start-up and reload
// only.

#include "router/config/config.hpp"

#include <string>
#include <vector>

namespace kreisel {

struct JwtKeyFault {
    std::string setting;
    std::string text;
};

/// Reads the files again and puts the keys into `jwt.rules`; on any fault the old ones stay.
[[nodiscard]] std::vector<JwtKeyFault> load_jwt_keys(JwtConfig& jwt);

}  // namespace kreisel
