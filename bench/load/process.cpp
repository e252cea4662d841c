#include "bench/load/process.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace kreisel::load {

namespace {

std::string line_of(pid_t pid, const char* file) {
    std::ifstream stream("/proc/" + std::to_string(pid) + "/" + file);
    std::string line;
    if (!std::getline(stream, line)) {
        throw std::runtime_error("process " + std::to_string(pid) + " is gone");
    }
    return line;
}

}  // namespace

double cpu_seconds(pid_t pid) {
    const std::string line = line_of(pid, "stat");
    // The second field is the command in parentheses and may hold spaces; the third follows the
    // last parenthesis. utime and stime are fields 14 and 15.
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string skipped;
    for (int i = 3; i < 14; ++i) fields >> skipped;
    std::uint64_t user_ticks = 0;
    std::uint64_t system_ticks = 0;
    fields >> user_ticks >> system_ticks;
    return static_cast<double>(user_ticks + system_ticks) /
           static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::uint64_t resident_bytes(pid_t pid) {
    std::istringstream fields(line_of(pid, "statm"));
    std::uint64_t total_pages = 0;
    std::uint64_t resident_pages = 0;
    fields >> total_pages >> resident_pages;
    return resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace kreisel::load
