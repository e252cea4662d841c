// Lists and maps in block style, scalars plain where that is safe.

#include "router/config/yaml_print.hpp"

#include "router/config/scalars.hpp"

namespace kreisel {

namespace {

void print(const YamlNode& node, std::size_t indent, std::string& out);

/// What stands behind `key:` or `-`: on the same line, or below and further in.
void print_below(const YamlNode& node, std::size_t indent, std::string& out) {
    switch (node.kind) {
        case YamlNode::Kind::null:
            out += '\n';
            return;
        case YamlNode::Kind::scalar:
            out += " " + show_text(node.text) + "\n";
            return;
        case YamlNode::Kind::list:
        case YamlNode::Kind::map:
            if (node.items.empty() && node.entries.empty()) {
                out += node.kind == YamlNode::Kind::list ? " []\n" : " {}\n";
                return;
            }
            out += '\n';
            return print(node, indent, out);
    }
}

void print(const YamlNode& node, std::size_t indent, std::string& out) {
    for (const YamlNode& item : node.items) {
        const std::size_t at = out.size();
        if (item.kind == YamlNode::Kind::map && !item.entries.empty()) {
            print(item, indent + 2, out);
            out[at + indent] = '-';  // in the room before its first key
            continue;
        }
        out.append(indent, ' ');
        out += '-';
        print_below(item, indent + 2, out);
    }
    for (const YamlNode::Entry& entry : node.entries) {
        out.append(indent, ' ');
        out += show_text(entry.key.text) + ":";
        print_below(entry.value, indent + 2, out);
    }
}

}  // namespace

YamlNode yaml_scalar(std::string text) {
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.text = std::move(text);
    return node;
}

YamlNode yaml_map(std::vector<std::pair<std::string, YamlNode>> entries) {
    YamlNode node;
    node.kind = YamlNode::Kind::map;
    for (auto& entry : entries) {
        node.entries.push_back({yaml_scalar(std::move(entry.first)), std::move(entry.second)});
    }
    return node;
}

std::string print_yaml(const YamlNode& root) {
    std::string out;
    const bool is_empty = root.items.empty() && root.entries.empty();
    if (root.kind == YamlNode::Kind::list && is_empty) return "[]\n";
    if (root.kind == YamlNode::Kind::scalar) return show_text(root.text) + "\n";
    print(root, 0, out);
    return out;
}

}  // namespace kreisel
