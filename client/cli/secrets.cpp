#include "client/cli/secrets.hpp"

#include "client/cli/arguments.hpp"
#include "client/cli/faults.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

namespace kreisel::client {

namespace {

constexpr std::size_t file_bytes_max = 65536;

std::string first_line(std::istream& in, const std::string& what) {
    std::string line;
    std::getline(in, line);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) throw UsageFault(what + " holds no secret in its first line");
    return line;
}

std::ifstream open_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    // A folder opens, too, and gives nothing.
    if (!file || file.peek() == std::ifstream::traits_type::eof()) {
        throw UsageFault("cannot read " + path + ": " +
                         (file.is_open() ? "it is empty or no file" : std::strerror(errno)));
    }
    return file;
}

}  // namespace

std::string read_secret(const std::string& text, const std::string& option) {
    if (text.empty() || text.front() != '@') return unshielded(text);
    const std::string source = text.substr(1);
    if (source.starts_with('@')) return source;
    if (source == "-") return first_line(std::cin, "standard input");
    if (source.empty()) throw UsageFault(option + " @: write @FILE");
    std::ifstream file = open_file(source);
    return first_line(file, source);
}

std::string read_small_file(const std::string& path) {
    std::ifstream file = open_file(path);
    std::string text;
    text.resize(file_bytes_max + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > file_bytes_max) throw UsageFault(path + " has more than 64 KiB");
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    return text;
}

const std::vector<std::string>& secret_variables() {
    static const std::vector<std::string> names = {"KREISEL_TICKET", "KREISEL_WAMPCRA",
                                                   "KREISEL_SCRAM"};
    return names;
}

}  // namespace kreisel::client
