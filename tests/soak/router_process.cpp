#include "tests/soak/router_process.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace kreisel::soak {

namespace {

constexpr std::chrono::seconds start_time_max{60};
constexpr std::chrono::milliseconds look_interval{10};

std::string text_of(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

void write_config(const std::filesystem::path& path, const std::filesystem::path& socket,
                  std::uint16_t port, std::string_view settings) {
    std::ofstream(path) << settings << "listeners:\n"
                        << "  - address: 127.0.0.1:" << port << "\n"
                        << "  - address: unix:" << socket.string() << "\n"
                        << "realms:\n"
                        << "  - name: realm1\n"
                        << "    authentication:\n"
                        << "      anonymous_role: anonymous\n"
                        << "    roles:\n"
                        << "      - name: anonymous\n"
                        << "        permissions:\n"
                        << "          - uri: \"\"\n"
                        << "            match: prefix\n"
                        << "            allow: [call, register, publish, subscribe]\n";
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "kreisel-soak-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), "mkdtemp");
    }
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

RouterProcess::RouterProcess(const TemporaryFolder& folder, std::uint16_t port,
                             std::string_view settings) {
    const std::filesystem::path config = folder.path() / "realms.yaml";
    const std::filesystem::path ready_file = folder.path() / "ready";
    const std::filesystem::path log = folder.path() / "log";
    write_config(config, folder.path() / "socket", port, settings);
    std::filesystem::remove(ready_file);
    start({KREISEL_PROGRAM, "run", "-c", config.string(), "--ready-file", ready_file.string()},
          log);
    try {
        wait_until_ready(ready_file, log);
    } catch (...) {
        kill();
        throw;
    }
}

RouterProcess::~RouterProcess() { kill(); }

void RouterProcess::start(const std::vector<std::string>& command,
                          const std::filesystem::path& log) {
    std::vector<char*> arguments;
    for (const std::string& argument : command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    const int log_fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (log_fd < 0) throw std::system_error(errno, std::generic_category(), "open the log");
    pid_ = ::fork();
    if (pid_ == 0) {
        // The router must not outlive a test that crashes.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(log_fd, STDOUT_FILENO);
        ::dup2(log_fd, STDERR_FILENO);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    ::close(log_fd);
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
}

void RouterProcess::wait_until_ready(const std::filesystem::path& ready_file,
                                     const std::filesystem::path& log) {
    const auto deadline = std::chrono::steady_clock::now() + start_time_max;
    while (!std::filesystem::exists(ready_file)) {
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) == pid_) {
            pid_ = -1;
            throw std::runtime_error("the router ended at once:\n" + text_of(log));
        }
        if (std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("the router is not ready after a minute:\n" + text_of(log));
        }
        std::this_thread::sleep_for(look_interval);
    }
    std::istringstream lines(text_of(ready_file));
    for (std::string line; std::getline(lines, line);) addresses_.push_back(line);
}

std::string RouterProcess::url(const std::string& scheme) const {
    for (const std::string& address : addresses_) {
        if (address.starts_with(scheme + "://")) return address;
    }
    throw std::runtime_error("the ready file has no " + scheme + ":// address");
}

std::uint16_t RouterProcess::port() const {
    const std::string address = url("rs");
    return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
}

int RouterProcess::wait_for_end() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
}

void RouterProcess::kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    static_cast<void>(wait_for_end());
}

int RouterProcess::stop() {
    ::kill(pid_, SIGTERM);
    const int status = wait_for_end();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace kreisel::soak
