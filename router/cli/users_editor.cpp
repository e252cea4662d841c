#include "router/cli/users_editor.hpp"

#include "router/config/files.hpp"
#include "router/config/table.hpp"
#include "router/config/users_file.hpp"
#include "router/config/yaml_print.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace kreisel {

namespace {

UsersEditor::Outcome refuse(const std::string& path, const std::string& what) {
    return tl::unexpected(path + " " + what);
}

std::string system_error() { return std::strerror(errno); }

}  // namespace

UsersEditor::~UsersEditor() {
    if (file_ >= 0) ::close(file_);
}

UsersEditor::Outcome UsersEditor::lock(Missing missing) {
    const int flags = O_RDWR | O_CLOEXEC | (missing == Missing::is_made ? O_CREAT : 0);
    for (;;) {
        file_ = ::open(path_.c_str(), flags, 0600);
        if (file_ < 0) return refuse(path_, "cannot be opened: " + system_error());
        if (::flock(file_, LOCK_EX) != 0) return refuse(path_, "cannot be locked");
        // Who held the lock before may have put another file in its place.
        struct stat held {};
        struct stat named {};
        const bool is_same = ::fstat(file_, &held) == 0 && ::stat(path_.c_str(), &named) == 0 &&
                             held.st_ino == named.st_ino && held.st_dev == named.st_dev;
        if (is_same) return {};
        ::close(std::exchange(file_, -1));
    }
}

UsersEditor::Outcome UsersEditor::open(Missing missing) {
    if (auto locked = lock(missing); !locked) return locked;
    const auto text = read_whole(path_, users_file_bytes_max);
    if (!text) return refuse(path_, text.error());
    const auto users = parse_users(*text, path_);
    if (!users) {
        std::string told = "is left as it is, for it has errors:";
        for (const ConfigError& error : users.error()) told += "\n" + to_text(error);
        return refuse(path_, told);
    }
    root_ = parse_yaml(*text).root;
    root_.kind = YamlNode::Kind::list;
    return {};
}

YamlNode* UsersEditor::find(std::string_view authid) {
    for (YamlNode& user : root_.items) {
        if (place_of(user, "authid").text == authid) return &user;
    }
    return nullptr;
}

UsersEditor::Outcome UsersEditor::save() {
    const std::string text = print_yaml(root_);
    const auto users = parse_users(text, path_);
    if (!users) return refuse(path_, "is left as it is: " + to_text(users.error().front()));
    if (text.size() > users_file_bytes_max) {
        return refuse(path_, "is left as it is: it would be over 1 MiB; keep users in a database");
    }
    return replace(text);
}

UsersEditor::Outcome UsersEditor::replace(const std::string& text) const {
    struct stat old {};
    if (::fstat(file_, &old) != 0) return refuse(path_, "cannot be looked at");
    std::string fresh = path_ + ".XXXXXX";
    const int file = ::mkostemp(fresh.data(), O_CLOEXEC);
    if (file < 0) return refuse(fresh, "cannot be made: " + system_error());
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t count = ::write(file, text.data() + written, text.size() - written);
        if (count <= 0) break;
        written += static_cast<std::size_t>(count);
    }
    // Only root may give a file away; the mode may be kept in any case.
    const bool is_ours = ::fchown(file, old.st_uid, old.st_gid) == 0 || old.st_uid == ::geteuid();
    const bool is_done = written == text.size() && is_ours &&
                         ::fchmod(file, old.st_mode & 07777U) == 0 && ::fsync(file) == 0;
    ::close(file);
    if (!is_done || ::rename(fresh.c_str(), path_.c_str()) != 0) {
        const std::string why = system_error();
        ::unlink(fresh.c_str());
        return refuse(path_, "cannot be replaced: " + why);
    }
    // The new name survives a crash once its folder is on disk.
    const auto folder = std::filesystem::absolute(path_).parent_path();
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle >= 0) {
        static_cast<void>(::fsync(handle));
        ::close(handle);
    }
    return {};
}

}  // namespace kreisel
