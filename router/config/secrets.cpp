// Secrets from the environment and from files, so that realms.yaml may be shown to anybody.

#include "router/config/settings.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace kreisel {

namespace {

constexpr std::size_t secret_bytes_max = std::size_t{64} << 10;

std::optional<std::string> read_variable(Reader& reader, const YamlNode& node,
                                         const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') {
        reader.fail(node, "the environment variable " + name + " is " +
                              (value == nullptr ? "not set" : "empty"));
        return std::nullopt;
    }
    return std::string(value);
}

std::optional<std::string> read_file(Reader& reader, const YamlNode& node,
                                     const std::string& name) {
    // A relative path starts where realms.yaml stands.
    const std::filesystem::path path =
        std::filesystem::path(reader.file()).parent_path() / std::filesystem::path(name);
    std::error_code ec;
    if (!std::filesystem::is_regular_file(path, ec)) {
        reader.fail(node, "there is no file " + path.string());
        return std::nullopt;
    }
    std::ifstream stream(path, std::ios::binary);
    std::string value(secret_bytes_max + 1, '\0');
    stream.read(value.data(), static_cast<std::streamsize>(value.size()));
    if (!stream && !stream.eof()) {
        reader.fail(node, "the file " + path.string() + " cannot be read");
        return std::nullopt;
    }
    value.resize(static_cast<std::size_t>(stream.gcount()));
    if (value.size() > secret_bytes_max) {
        reader.fail(node, "the file " + path.string() + " is over 64 KiB");
        return std::nullopt;
    }
    // The line end that every editor adds is no part of the secret.
    if (!value.empty() && value.back() == '\n') value.pop_back();
    if (!value.empty() && value.back() == '\r') value.pop_back();
    if (value.empty()) {
        reader.fail(node, "the file " + path.string() + " is empty");
        return std::nullopt;
    }
    return value;
}

}  // namespace

std::optional<std::string> read_secret(Reader& reader, const YamlNode& node,
                                       const std::string& text, SecretKind kind) {
    constexpr std::string_view file_prefix = "file:";
    if (text.empty()) {
        reader.fail(node, "is empty; write a text, ${VARIABLE} or file:PATH");
        return std::nullopt;
    }
    if (reader.has_literal_secrets) return text;
    if (text.rfind("${", 0) == 0 && text.back() == '}') {
        return read_variable(reader, node, text.substr(2, text.size() - 3));
    }
    if (text.rfind(file_prefix, 0) == 0) {
        return read_file(reader, node, text.substr(file_prefix.size()));
    }
    if (kind == SecretKind::password) reader.note_password(node);
    return text;
}

}  // namespace kreisel
