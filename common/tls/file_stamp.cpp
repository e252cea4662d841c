#include "common/tls/file_stamp.hpp"

#include <sys/stat.h>

namespace kreisel {

FileStamp FileStamp::of(const std::string& path) {
    constexpr std::int64_t second_ns = 1'000'000'000;
    FileStamp stamp;
    stamp.path = path;
    struct stat status {};
    // Through symbolic links: certificate managers turn those around.
    if (::stat(path.c_str(), &status) != 0) return stamp;
    stamp.device = status.st_dev;
    stamp.inode = status.st_ino;
    stamp.modified_ns = status.st_mtim.tv_sec * second_ns + status.st_mtim.tv_nsec;
    stamp.bytes = status.st_size;
    return stamp;
}

}  // namespace kreisel
