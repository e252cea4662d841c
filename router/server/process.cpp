#include "router/server/process.hpp"

#include "common/base/log.hpp"

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace kreisel {

namespace {

double seconds_of(const timeval& time) {
    constexpr double microseconds = 1e6;
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / microseconds;
}

/// Field 22 of /proc/self/stat is in ticks since boot; `btime` is the second of the boot.
double read_start_seconds() {
    std::ifstream stat("/proc/self/stat");
    const std::string text{std::istreambuf_iterator<char>(stat), {}};
    std::size_t at = text.rfind(')');
    constexpr int fields_between = 20;  // the name in parentheses is field 2
    for (int field = 0; field < fields_between && at != std::string::npos; ++field) {
        at = text.find(' ', at + 1);
    }
    if (at == std::string::npos) return 0;
    const double ticks = std::strtod(text.c_str() + at, nullptr);
    std::ifstream system("/proc/stat");
    for (std::string line; std::getline(system, line);) {
        if (line.rfind("btime ", 0) != 0) continue;
        return std::strtod(line.c_str() + 6, nullptr) +
               ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
    }
    return 0;
}

}  // namespace

ProcessReading read_process() {
    static const double start_seconds = read_start_seconds();
    ProcessReading reading;
    reading.start_seconds = start_seconds;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    reading.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    double virtual_pages = 0;
    double resident_pages = 0;
    std::ifstream("/proc/self/statm") >> virtual_pages >> resident_pages;
    const auto page_bytes = static_cast<double>(::sysconf(_SC_PAGESIZE));
    reading.virtual_bytes = virtual_pages * page_bytes;
    reading.resident_bytes = resident_pages * page_bytes;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        reading.open_files_max = static_cast<double>(limit.rlim_cur);
    }
    std::error_code ec;
    const auto folder = std::filesystem::directory_iterator("/proc/self/fd", ec);
    // Without the one that reads the folder. No room for that one: all are taken.
    const auto files = ec ? 0 : std::distance(folder, std::filesystem::directory_iterator()) - 1;
    reading.open_files = ec ? reading.open_files_max : static_cast<double>(files);
    return reading;
}

std::size_t raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    if (limit.rlim_cur < limit.rlim_max) {
        rlimit raised = limit;
        raised.rlim_cur = limit.rlim_max;
        if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    }
    return static_cast<std::size_t>(limit.rlim_cur);
}

void stop_when_memory_runs_out() {
    std::set_new_handler([] {
        log_last_words("out of memory, stopped at once");
        std::_Exit(EXIT_FAILURE);
    });
}

void notify_service_manager(std::string_view state) {
    const char* path = std::getenv("NOTIFY_SOCKET");
    if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
    sockaddr_un address{};
    const std::size_t length = std::strlen(path);
    if (length >= sizeof(address.sun_path)) return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = '\0';  // a name in the abstract space
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    static_cast<void>(::sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL,
                               reinterpret_cast<const sockaddr*>(&address), size));
    ::close(descriptor);
}

void notify_reloading() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
    notify_service_manager("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

}  // namespace kreisel
