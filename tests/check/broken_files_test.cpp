// Each broken/NN_name.yaml gives exactly the errors that NN_name.expected lists: line, column, key,
// text and all at once.
#include "router/config/config.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace kreisel;

namespace {

std::string content_of(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    BOOST_REQUIRE(stream.good());
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

/// The errors of `file` without its name, a line each.
std::string errors_of(const std::string& file) {
    const ConfigResult config = load_config(file);
    if (config) return "no error\n";
    std::string lines;
    for (const ConfigError& error : config.error()) {
        const std::string line = to_text(error);
        BOOST_TEST(line.find(file + ":") == 0U);
        lines += line.substr(file.size() + 1) + "\n";
    }
    return lines;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_broken_file_gets_the_errors_that_are_expected) {
    std::filesystem::current_path(KREISEL_BROKEN_FILES);
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(".")) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path().filename());
    }
    std::sort(files.begin(), files.end());

    for (std::filesystem::path file : files) {
        const std::string errors = errors_of(file.string());
        BOOST_TEST_CONTEXT(file.string()) {
            BOOST_TEST(errors == content_of(file.replace_extension(".expected")));
        }
    }

    BOOST_TEST(files.size() >= 30U);
}
