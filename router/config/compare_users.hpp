#pragma once
// Part of compare(): what differs in the files that a realm names. Start-up and reload only.

#include "router/config/config.hpp"

#include <string>
#include <vector>

namespace kreisel {

[[nodiscard]] std::vector<std::string> compare_files(const RealmConfig& before,
                                                     const RealmConfig& after);

}  // namespace kreisel
