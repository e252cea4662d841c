#include "router/config/reader.hpp"

#include "common/base/file_stamp.hpp"
#include "router/config/scalars.hpp"

#include <algorithm>
#include <iterator>

namespace kreisel {

void Reader::fail_at(const YamlNode& node, std::string path, std::string text) {
    errors_.push_back({file_, node.line, node.column, std::move(path), std::move(text)});
}

void Reader::warn(const YamlNode& node, std::string text) {
    warnings_.push_back({file_, node.line, node.column, path_, std::move(text)});
}

void Reader::note_password(const YamlNode& node) {
    if (passwords_++ == 0) password_ = {file_, node.line, node.column, path_, ""};
}

void Reader::judge_file_mode() {
    if (passwords_ == 0 || !FileStamp::of(file_).is_open_to_others()) return;
    password_.text =
        "others may read or write this file, and " +
        (passwords_ == 1 ? std::string("this secret is")
                         : "this and " + std::to_string(passwords_ - 1) + " more secrets are") +
        " as good as a password; chmod 600 or 640, or write ${VARIABLE} or file:PATH instead";
    warnings_.push_back(password_);
}

void Reader::add(std::vector<ConfigError> errors) {
    errors_.insert(errors_.end(), std::make_move_iterator(errors.begin()),
                   std::make_move_iterator(errors.end()));
}

std::vector<ConfigError> Reader::take_errors() {
    std::stable_sort(
        errors_.begin(), errors_.end(), [](const ConfigError& left, const ConfigError& right) {
            return std::pair(left.line, left.column) < std::pair(right.line, right.column);
        });
    return std::move(errors_);
}

const std::string* Reader::read_scalar(const YamlNode& node, std::string_view wanted) {
    if (node.kind == YamlNode::Kind::scalar) return &node.text;
    std::string_view found = "has no value";
    if (node.kind == YamlNode::Kind::list) found = "is a list";
    if (node.kind == YamlNode::Kind::map) found = "is a map";
    fail(node, std::string(found) + "; write " + std::string(wanted));
    return nullptr;
}

std::string Reader::hint(std::string_view text, const std::vector<std::string>& candidates) {
    if (const auto near = nearest_name(text, candidates)) return "; did you mean '" + *near + "'?";
    if (candidates.empty()) return "";
    std::string all;
    for (const std::string& candidate : candidates) all += (all.empty() ? "" : ", ") + candidate;
    return "; known are: " + all;
}

Reader::Step::Step(Reader& reader, std::string_view key)
    : reader_(reader), size_(reader.path_.size()) {
    if (!reader.path_.empty()) reader.path_ += '.';
    reader.path_ += key;
}

Reader::Step::Step(Reader& reader, std::size_t index)
    : reader_(reader), size_(reader.path_.size()) {
    reader.path_ += "[" + std::to_string(index) + "]";
}

void Reader::judge_role_uses(const std::vector<std::string>& names) {
    for (const RoleUse& use : role_uses) {
        if (std::find(names.begin(), names.end(), use.role) != names.end()) continue;
        fail_at(use.place, use.path,
                "the realm defines no role '" + use.role + "'" + hint(use.role, names));
    }
}

}  // namespace kreisel
