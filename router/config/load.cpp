// From file to RouterConfig: YAML, then the schema, then what no single key can tell.

#include "router/config/reader.hpp"
#include "router/config/schema.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace kreisel {

namespace {

/// More than parse_yaml() takes, so that it is the one to refuse.
constexpr std::size_t file_bytes_max = (std::size_t{1} << 20) + 1;

void judge_whole(Reader& reader, const YamlNode& root, const RouterConfig& config,
                 NoListeners empty) {
    const YamlNode& listeners = place_of(root, "listeners");
    if (empty == NoListeners::refused && listeners.kind == YamlNode::Kind::list &&
        listeners.items.empty()) {
        reader.fail_at(listeners, "listeners", "is empty; nobody could reach the router");
    }
    const YamlNode& realms = place_of(root, "realms");
    if (realms.kind == YamlNode::Kind::list && realms.items.empty()) {
        reader.fail_at(realms, "realms", "is empty; nobody could join anything");
    }
    if (config.limits.hello_bytes_max > config.limits.message_bytes_max) {
        const YamlNode& limits = place_of(root, "limits");
        reader.fail_at(place_of(limits, "hello_bytes_max"), "limits.hello_bytes_max",
                       "is more than message_bytes_max");
    }
    // A realm that could not be read is not missing.
    if (reader.error_count() == 0) judge_dynamic_realms(reader, root, config);
}

}  // namespace

std::string to_text(const ConfigError& error) {
    std::string text = error.file;
    if (error.line > 0) {
        text += ":" + std::to_string(error.line) + ":" + std::to_string(error.column);
    }
    if (!error.key.empty()) text += ": " + error.key;
    return text + ": " + error.text;
}

ConfigResult parse_config(std::string_view text, const std::string& file, NoListeners empty) {
    YamlResult yaml = parse_yaml(text);
    if (yaml.error) {
        return tl::unexpected(std::vector<ConfigError>{
            {file, yaml.error->line, yaml.error->column, "", yaml.error->text}});
    }
    if (yaml.root.line == 0) {
        // An empty text has no place of its own.
        yaml.root.line = 1;
        yaml.root.column = 1;
    }
    RouterConfig config;
    Reader reader(file, config);
    read_table(reader, yaml.root, router_table(), config);
    judge_whole(reader, yaml.root, config, empty);
    if (reader.error_count() > 0) return tl::unexpected(reader.take_errors());
    reader.judge_file_mode();
    config.warnings = reader.take_warnings();
    return config;
}

ConfigResult load_config(const std::string& path, NoListeners empty) {
    const auto refuse = [&](std::string why) {
        return tl::unexpected(std::vector<ConfigError>{{path, 0, 0, "", std::move(why)}});
    };
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return refuse(std::string("cannot be opened: ") + std::strerror(errno));
    std::string text(file_bytes_max, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad() || (!stream && !stream.eof())) {
        return refuse(std::string("cannot be read: ") + std::strerror(errno));
    }
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return parse_config(text, path, empty);
}

}  // namespace kreisel
