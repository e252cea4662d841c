#pragma once
// Files that stand beside realms.yaml: users, keys. Read whole, bounded. Start-up, reload and
// control thread only.

#include <tl/expected.hpp>

#include <cstddef>
#include <string>

namespace kreisel {

/// `name` as seen from the folder of `file`: a relative path starts where realms.yaml stands.
[[nodiscard]] std::string path_beside(const std::string& file, const std::string& name);

/// All of the file, or one clause about why not: `does not exist`, `is over 1 MiB`...
[[nodiscard]] tl::expected<std::string, std::string> read_whole(const std::string& path,
                                                                std::size_t bytes_max);

}  // namespace kreisel
