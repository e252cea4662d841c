// Reading and watching files by what the system says of them.

#include "router/config/files.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace kreisel {

std::string path_beside(const std::string& file, const std::string& name) {
    const auto folder = std::filesystem::path(file).parent_path();
    return (folder / name).lexically_normal().string();
}

tl::expected<std::string, std::string> read_whole(const std::string& path, std::size_t bytes_max) {
    const auto refuse = [](std::string why) { return tl::unexpected(std::move(why)); };
    std::error_code ec;
    if (!std::filesystem::exists(path, ec)) return refuse("does not exist");
    if (!std::filesystem::is_regular_file(path, ec)) return refuse("is no file");
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return refuse(std::string("cannot be opened: ") + std::strerror(errno));
    std::string text(bytes_max + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad()) return refuse("cannot be read");
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > bytes_max) {
        return refuse("is over " + std::to_string(bytes_max >> 10U) + " KiB");
    }
    return text;
}

FileState state_of(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return {};
    constexpr std::int64_t nanoseconds = 1'000'000'000;
    return {found.st_ino, static_cast<std::uint64_t>(found.st_size),
            found.st_ctim.tv_sec * nanoseconds + found.st_ctim.tv_nsec, found.st_mode};
}

}  // namespace kreisel
