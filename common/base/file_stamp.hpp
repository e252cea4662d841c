#pragma once
// FileStamp: what tells whether a file has been written, replaced or made readable to others since
// it was last looked at.

#include <cstdint>
#include <string>

namespace kreisel {

struct FileStamp {
    std::string path;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t changed_ns = 0;  ///< of the contents or of the mode
    std::int64_t bytes = -1;      ///< -1: there is no such file
    unsigned mode = 0;            ///< as in stat(2)

    /// Through symbolic links: certificate managers turn those around.
    [[nodiscard]] static FileStamp of(const std::string& path);
    /// Whether users outside the file's owner and group may read or write it.
    [[nodiscard]] bool is_open_to_others() const;
    bool operator==(const FileStamp&) const = default;
};

}  // namespace kreisel
