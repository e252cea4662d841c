// The only file that knows yaml-cpp. Its events are used, not its nodes: they tell aliases and
// depth before anything is built.

#include "router/config/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <utility>

namespace kreisel {

namespace {

constexpr std::size_t text_bytes_max = std::size_t{1} << 20;
constexpr std::size_t depth_max = 32;
constexpr std::size_t nodes_max = 100'000;

struct Refused {
    YamlError error;
};

class TreeBuilder final : public YAML::EventHandler {
  public:
    [[nodiscard]] YamlNode take_root() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        refuse_anchor(mark, anchor);
        place(make(mark, YamlNode::Kind::null));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        refuse(mark, "anchors and aliases (& and *) are not supported; write the value out");
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        refuse_anchor(mark, anchor);
        // yaml-cpp says "?" for plain scalars and "!" for quoted ones.
        if (tag != "?" && tag != "!" && !tag.empty()) refuse_tag(mark, tag);
        YamlNode node = make(mark, YamlNode::Kind::scalar);
        node.text = value;
        node.is_quoted = tag == "!";
        place(std::move(node));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, YamlNode::Kind::list);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, YamlNode::Kind::map);
    }
    void OnMapEnd() override { close(); }

  private:
    /// A list or map that is not closed yet. In a map, `key` waits for its value.
    struct Open {
        YamlNode node;
        std::optional<YamlNode> key;
    };

    [[noreturn]] static void refuse(const YAML::Mark& mark, std::string text) {
        throw Refused{{mark.line + 1, mark.column + 1, std::move(text)}};
    }
    static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (anchor != 0) {
            refuse(mark, "anchors and aliases (& and *) are not supported; write the value out");
        }
    }
    static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
        refuse(mark, "tags are not supported; remove " + tag);
    }

    YamlNode make(const YAML::Mark& mark, YamlNode::Kind kind) {
        if (++nodes_ > nodes_max) refuse(mark, "the file has too many values");
        YamlNode node;
        node.kind = kind;
        node.line = mark.line + 1;
        node.column = mark.column + 1;
        return node;
    }
    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
              YamlNode::Kind kind) {
        refuse_anchor(mark, anchor);
        if (tag != "?" && !tag.empty()) refuse_tag(mark, tag);
        if (open_.size() >= depth_max) refuse(mark, "the file is nested too deeply");
        open_.push_back({make(mark, kind), std::nullopt});
    }
    void close() {
        YamlNode node = std::move(open_.back().node);
        open_.pop_back();
        place(std::move(node));
    }
    void place(YamlNode node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Open& parent = open_.back();
        if (parent.node.kind == YamlNode::Kind::list) {
            parent.node.items.push_back(std::move(node));
        } else if (!parent.key) {
            if (node.kind != YamlNode::Kind::scalar) {
                throw Refused{{node.line, node.column, "a key must be plain text"}};
            }
            parent.key = std::move(node);
        } else {
            if (node.kind == YamlNode::Kind::null && node.line != parent.key->line) {
                // A value that is not there has the place of what follows; its key is meant.
                node.line = parent.key->line;
                node.column = parent.key->column;
            }
            parent.node.entries.push_back({*std::move(parent.key), std::move(node)});
            parent.key.reset();
        }
    }

    YamlNode root_;
    std::vector<Open> open_;
    std::size_t nodes_ = 0;
};

/// Column of a quote that is opened but not closed in `line`, from 1, or 0.
std::size_t open_quote(std::string_view line) {
    std::size_t opened = 0;
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const char before = i == 0 ? ' ' : line[i - 1];
        const bool is_start = before == ' ' || before == '[' || before == '{' || before == ',';
        if (quote != 0) {
            if (c == '\\' && quote == '"') ++i;
            if (c == quote) quote = 0;
        } else if ((c == '"' || c == '\'') && is_start) {
            quote = c;
            opened = i + 1;
        } else if (c == '#' && is_start) {
            break;
        }
    }
    return quote == 0 ? 0 : opened;
}

/// yaml-cpp notices some faults far behind their cause. `text` up to the fault is searched for the
/// two that people make: a tab as indentation and a quote that is not closed.
YamlError explain(std::string_view text, const YAML::Exception& fault) {
    const int fault_line = fault.mark.line + 1;
    int line_number = 0;
    while (!text.empty() && line_number < fault_line) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        ++line_number;
        const std::size_t tab = line.find('\t');
        if (tab != std::string_view::npos && line.find_first_not_of(" \t") > tab) {
            return {line_number, static_cast<int>(tab) + 1,
                    "a tab indents here; YAML wants spaces"};
        }
        if (const std::size_t quote = open_quote(line); quote != 0) {
            return {line_number, static_cast<int>(quote), "the quote opened here is not closed"};
        }
    }
    return {fault_line, fault.mark.column + 1, "no YAML: " + fault.msg};
}

}  // namespace

YamlResult parse_yaml(std::string_view text) {
    if (text.size() > text_bytes_max) return {{}, YamlError{1, 1, "the file is over 1 MiB"}};
    if (text.find('\0') != std::string_view::npos) {
        return {{}, YamlError{1, 1, "the file holds NUL octets; it is no text"}};
    }
    std::istringstream stream{std::string(text)};
    TreeBuilder builder;
    try {
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(builder)) return {};
        TreeBuilder second;
        if (parser.HandleNextDocument(second)) {
            const YamlNode next = second.take_root();
            return {{}, YamlError{next.line, next.column, "the file holds a second document"}};
        }
    } catch (const Refused& refused) {
        return {{}, refused.error};
    } catch (const YAML::Exception& fault) {
        return {{}, explain(text, fault)};
    }
    return {builder.take_root(), std::nullopt};
}

}  // namespace kreisel
