#include "router/config/files.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

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

}  // namespace kreisel
