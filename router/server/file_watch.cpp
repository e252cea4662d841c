#include "router/server/file_watch.hpp"

#include <utility>

namespace kreisel {

void FileWatch::begin(const std::vector<std::string>& paths) {
    files_.clear();
    keep(paths);
}

void FileWatch::keep(const std::vector<std::string>& paths) {
    std::map<std::string, Watched> kept;
    for (const std::string& path : paths) {
        const auto known = files_.find(path);
        const FileStamp now = FileStamp::of(path);
        kept[path] = known == files_.end() ? Watched{now, now} : known->second;
    }
    files_ = std::move(kept);
}

std::vector<std::string> FileWatch::take_changed() {
    std::vector<std::string> changed;
    for (auto& [path, file] : files_) {
        const FileStamp now = FileStamp::of(path);
        const bool is_at_rest = now == file.seen;
        file.seen = now;
        if (now == file.read || !is_at_rest) continue;
        file.read = now;
        changed.push_back(path);
    }
    return changed;
}

}  // namespace kreisel
