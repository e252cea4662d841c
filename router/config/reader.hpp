#pragma once
// Reader: where reading realms.yaml stands (path, context) and the errors found so far.
// Visitor: the same settings told outwards, for `config --effective` and for comparing two files.

#include "router/config/config.hpp"
#include "router/config/yaml_tree.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kreisel {

class Reader {
  public:
    /// `config` gives the defaults that listeners and realms inherit.
    Reader(std::string file, const RouterConfig& config)
        : file_(std::move(file)), config_(config) {}

    [[nodiscard]] const RouterConfig& config() const { return config_; }
    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] const std::string& path() const { return path_; }

    /// An error at `node` about the current path.
    void fail(const YamlNode& node, std::string text) { fail_at(node, path_, std::move(text)); }
    void fail_at(const YamlNode& node, std::string path, std::string text);
    /// What works all the same.
    void warn(const YamlNode& node, std::string text);
    [[nodiscard]] std::vector<ConfigError> take_warnings() { return std::move(warnings_); }
    /// A secret that stands at `node` as it is, and opens the door to who reads it.
    void note_password(const YamlNode& node);
    /// Warns if there are such secrets in a file that others may read.
    void judge_file_mode();
    /// Errors of another file.
    void add(std::vector<ConfigError> errors);
    [[nodiscard]] std::vector<ConfigError> take_errors();
    [[nodiscard]] std::size_t error_count() const { return errors_.size(); }

    /// The text of a scalar; anything else is an error that says `wanted` instead.
    [[nodiscard]] const std::string* read_scalar(const YamlNode& node, std::string_view wanted);
    /// "; did you mean 'x'?", or the list of all if none is near.
    [[nodiscard]] static std::string hint(std::string_view text,
                                          const std::vector<std::string>& candidates);

    /// Steps into a key or a list item for as long as it lives.
    class Step {
      public:
        Step(Reader& reader, std::string_view key);
        Step(Reader& reader, std::size_t index);
        ~Step() { reader_.path_.resize(size_); }
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;

      private:
        Reader& reader_;
        std::size_t size_;
    };

    /// A role that a realm must define, to be checked when all of the realm is read.
    struct RoleUse {
        YamlNode place;
        std::string path;
        std::string role;
    };
    std::vector<RoleUse> role_uses;
    /// An error for each use of a role that is none of `names`.
    void judge_role_uses(const std::vector<std::string>& names);
    /// Secrets are what they are, not names of files and variables.
    bool has_literal_secrets = false;
    /// URI rule of the realm being read.
    UriRule uri_rule = UriRule::loose;

  private:
    std::string file_;
    const RouterConfig& config_;
    std::string path_;
    std::vector<ConfigError> errors_;
    std::vector<ConfigError> warnings_;
    /// Where the first of them stands, and how many there are.
    ConfigError password_;
    std::size_t passwords_ = 0;
};

class Visitor {
  public:
    enum class Secret : std::uint8_t { no, yes };

    virtual ~Visitor() = default;
    /// `value` as it stands in YAML. A secret is told as it is; the visitor hides it.
    virtual void on_value(std::string_view key, const std::string& value, bool is_default,
                          Secret secret) = 0;
    virtual void on_section_begin(std::string_view key) = 0;
    virtual void on_section_end() = 0;
    virtual void on_list_begin(std::string_view key, std::size_t size) = 0;
    virtual void on_item_begin() = 0;
    virtual void on_item_end() = 0;
    virtual void on_list_end() = 0;
};

}  // namespace kreisel
