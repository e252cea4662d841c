#pragma once
// YamlNode: a YAML document as a plain tree that remembers lines and columns.
//
// parse_yaml() bounds what a hostile or broken file may cost: 1 MiB of text, 32 levels, 100,000
// nodes, no anchors and no tags. Start-up and reload only; yaml-cpp stays in the .cpp.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

struct YamlNode {
    enum class Kind : std::uint8_t { null, scalar, list, map };
    struct Entry;

    Kind kind = Kind::null;
    int line = 0;  ///< from 1
    int column = 0;
    std::string text;             ///< scalar
    bool is_quoted = false;       ///< scalar
    std::vector<YamlNode> items;  ///< list
    std::vector<Entry> entries;   ///< map, in the order of the file
};

struct YamlNode::Entry {
    YamlNode key;  ///< always a scalar
    YamlNode value;
};

/// Why a text is no YAML that we take.
struct YamlError {
    int line = 0;
    int column = 0;
    std::string text;
};

/// The tree of the one document in `text`, or `error`. An empty text is a null node.
struct YamlResult {
    YamlNode root;
    std::optional<YamlError> error;
};
[[nodiscard]] YamlResult parse_yaml(std::string_view text);

}  // namespace kreisel
