#include "bench/load/process.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <time.h>
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
    // Counts in nanoseconds, where /proc/PID/stat has hundredths of a second.
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
        throw std::runtime_error("process " + std::to_string(pid) + " is gone");
    }
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::uint64_t resident_bytes(pid_t pid) {
    // Exact, unlike statm, but only for those who may trace the process.
    std::ifstream rollup("/proc/" + std::to_string(pid) + "/smaps_rollup");
    for (std::string line; std::getline(rollup, line);) {
        if (!line.starts_with("Rss:")) continue;
        return std::stoull(line.substr(4)) * 1024;
    }
    std::istringstream fields(line_of(pid, "statm"));
    std::uint64_t total_pages = 0;
    std::uint64_t resident_pages = 0;
    fields >> total_pages >> resident_pages;
    return resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace kreisel::load
