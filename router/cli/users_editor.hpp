#pragma once
// UsersEditor: changes a users file as a whole or not at all. Locked against other runs from open()
// on; save() writes a new file beside it and puts it in its place, with the mode and owner of the
// old one. Comments are lost.

#include "router/config/yaml_tree.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace kreisel {

class UsersEditor {
  public:
    /// The errors are whole sentences, perhaps of several lines.
    using Outcome = tl::expected<void, std::string>;

    explicit UsersEditor(std::string path) : path_(std::move(path)) {}
    ~UsersEditor();
    UsersEditor(const UsersEditor&) = delete;
    UsersEditor& operator=(const UsersEditor&) = delete;

    enum class Missing : std::uint8_t { is_made, is_error };
    /// Waits for others to finish, then reads the file. One that is made has mode 0600.
    [[nodiscard]] Outcome open(Missing missing);
    /// The list of users.
    [[nodiscard]] std::vector<YamlNode>& users() { return root_.items; }
    /// The user, or nullptr.
    [[nodiscard]] YamlNode* find(std::string_view authid);
    /// Judges what is to be written, then writes it.
    [[nodiscard]] Outcome save();

  private:
    [[nodiscard]] Outcome lock(Missing missing);
    [[nodiscard]] Outcome replace(const std::string& text) const;

    const std::string path_;
    int file_ = -1;  ///< holds the lock
    YamlNode root_;
};

}  // namespace kreisel
