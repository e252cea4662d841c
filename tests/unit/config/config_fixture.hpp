#pragma once
// Small configurations as text, and files of the source tree.

#include "router/config/config.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sstream>
#include <string>

namespace kreisel::test {

inline const std::string listeners_text = "listeners:\n  - address: 127.0.0.1:8080\n";
inline const std::string realms_text =
    "realms:\n"
    "  - name: realm1\n"
    "    roles:\n"
    "      - name: guest\n"
    "        permissions:\n"
    "          - {uri: com., match: prefix, allow: [call, publish], disclose: never}\n"
    "          - {uri: com.secret, allow: []}\n"
    "    authentication:\n"
    "      anonymous_role: guest\n";

inline RouterConfig parsed(const std::string& text) {
    ConfigResult config = parse_config(text, "test.yaml");
    std::string errors;
    if (!config) {
        for (const ConfigError& error : config.error()) errors += to_text(error) + "\n";
    }
    BOOST_REQUIRE_MESSAGE(config.has_value(), errors);
    return *std::move(config);
}

/// The only error of `text`.
inline std::string error_of(const std::string& text) {
    const ConfigResult config = parse_config(text, "test.yaml");
    BOOST_REQUIRE(!config.has_value());
    BOOST_REQUIRE_EQUAL(config.error().size(), 1U);
    return to_text(config.error().front());
}

inline std::string source_file(const std::string& path) {
    std::ifstream stream(std::string(KREISEL_SOURCE_DIR) + "/" + path, std::ios::binary);
    BOOST_REQUIRE(stream.good());
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

}  // namespace kreisel::test
