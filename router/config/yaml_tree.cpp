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
            parent.node.entries.push_back({*std::move(parent.key), std::move(node)});
            parent.key.reset();
        }
    }

    YamlNode root_;
    std::vector<Open> open_;
    std::size_t nodes_ = 0;
};

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
        return {{}, YamlError{fault.mark.line + 1, fault.mark.column + 1, "no YAML: " + fault.msg}};
    }
    return {builder.take_root(), std::nullopt};
}

}  // namespace kreisel
