#pragma once
// A YamlNode as text again, in the block style that people write: for programs that change a file.
// Comments are not part of the tree and are lost.

#include "router/config/yaml_tree.hpp"

#include <string>
#include <utility>
#include <vector>

namespace kreisel {

[[nodiscard]] YamlNode yaml_scalar(std::string text);
[[nodiscard]] YamlNode yaml_map(std::vector<std::pair<std::string, YamlNode>> entries);

/// parse_yaml() of the text gives an equal tree, but for places.
[[nodiscard]] std::string print_yaml(const YamlNode& root);

}  // namespace kreisel
