#pragma once
// FileStamp: what tells whether a file has been replaced or written since it was read.

#include <cstdint>
#include <string>

namespace kreisel {

struct FileStamp {
    std::string path;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t modified_ns = 0;
    std::int64_t bytes = -1;  ///< -1: there is no such file

    [[nodiscard]] static FileStamp of(const std::string& path);
    bool operator==(const FileStamp&) const = default;
};

}  // namespace kreisel
