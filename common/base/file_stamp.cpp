#include "common/base/file_stamp.hpp"

#include <sys/stat.h>

namespace kreisel {

FileStamp FileStamp::of(const std::string& path) {
    constexpr std::int64_t second_ns = 1'000'000'000;
    FileStamp stamp;
    stamp.path = path;
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return stamp;
    stamp.device = found.st_dev;
    stamp.inode = found.st_ino;
    stamp.changed_ns = found.st_ctim.tv_sec * second_ns + found.st_ctim.tv_nsec;
    stamp.bytes = found.st_size;
    stamp.mode = found.st_mode;
    return stamp;
}

bool FileStamp::is_open_to_others() const { return (mode & (S_IROTH | S_IWOTH)) != 0; }

}  // namespace kreisel
