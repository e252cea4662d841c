#pragma once
// Files that stand beside realms.yaml: users, keys. Read whole, bounded; and noticed when they
// change. Start-up, reload and control thread only.

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace kreisel {

/// `name` as seen from the folder of `file`: a relative path starts where realms.yaml stands.
[[nodiscard]] std::string path_beside(const std::string& file, const std::string& name);

/// All of the file, or one clause about why not: `does not exist`, `is over 1 MiB`...
[[nodiscard]] tl::expected<std::string, std::string> read_whole(const std::string& path,
                                                                std::size_t bytes_max);

/// Changes when somebody writes or replaces the file.
struct FileState {
    std::uint64_t inode = 0;  ///< 0: there is no such file
    std::uint64_t size = 0;
    std::int64_t changed_ns = 0;
    unsigned mode = 0;

    bool operator==(const FileState&) const = default;
};
[[nodiscard]] FileState state_of(const std::string& path);

}  // namespace kreisel
