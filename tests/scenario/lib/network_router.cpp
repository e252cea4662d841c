// The router's process: started with a generated realms.yaml on a port of its own choice, stopped
// by SIGTERM.

#include "tests/scenario/lib/network_driver.hpp"
#include "tests/scenario/lib/network_session.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace kreisel::scenario {

namespace {

constexpr int ready_timeout_ms = 60'000;
constexpr int poll_interval_ms = 5;

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The port of the first `127.0.0.1:PORT` in the ready file.
std::uint16_t port_in(const std::string& text) {
    static constexpr std::string_view host = "127.0.0.1:";
    const auto found = text.find(host);
    if (found == std::string::npos) throw TextError("the ready file names no port: " + text);
    return static_cast<std::uint16_t>(std::stoi(text.substr(found + host.size())));
}

std::filesystem::path make_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "scenario.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw TextError("cannot make a temporary folder");
    return pattern;
}

}  // namespace

struct NetworkRouter::Process {
    std::filesystem::path folder = make_folder();
    pid_t pid = -1;
    std::uint16_t port = 0;

    Process() = default;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() {
        if (pid > 0) {
            ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
        }
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }

    void start(const std::string& program) {
        const std::string config = (folder / "realms.yaml").string();
        const std::string ready = (folder / "ready").string();
        pid = ::fork();
        if (pid < 0) throw TextError("cannot fork");
        if (pid == 0) {
            ::execl(program.c_str(), program.c_str(), "run", "-c", config.c_str(), "--ready-file",
                    ready.c_str(), nullptr);
            std::_Exit(127);
        }
        for (int waited = 0; waited < ready_timeout_ms; waited += poll_interval_ms) {
            if (std::filesystem::exists(ready)) {
                const std::string text = read_file(ready);
                if (!text.empty() && text.back() == '\n') {
                    port = port_in(text);
                    return;
                }
            }
            int status = 0;
            if (::waitpid(pid, &status, WNOHANG) == pid) {
                pid = -1;
                throw TextError("the router ended at its start, status " +
                                std::to_string(WEXITSTATUS(status)));
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(poll_interval_ms));
        }
        throw TextError("the router was not ready in time");
    }
};

NetworkRouter::NetworkRouter(const std::string& path, const std::vector<Script>& scripts)
    : process_(std::make_unique<Process>()), scripts_(scripts) {
    std::ofstream(process_->folder / "realms.yaml") << yaml_of(scripts);
    process_->start(path);
}

NetworkRouter::~NetworkRouter() = default;

std::unique_ptr<Driver> NetworkRouter::make_driver(std::size_t script, const Wiring& wiring) {
    NetworkPlace place;
    place.port = process_->port;
    place.script = script;
    place.wiring = wiring;
    for (const RealmSetting& realm : scripts_.at(script).realms) {
        place.realms.insert(realm.name);
        if (!realm.has_strict_request_ids) place.relaxed_realms.insert(realm.name);
    }
    return make_network_driver(std::move(place));
}

bool NetworkRouter::stop() {
    ::kill(process_->pid, SIGTERM);
    int status = 0;
    while (::waitpid(process_->pid, &status, 0) < 0 && errno == EINTR) {
    }
    process_->pid = -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace kreisel::scenario
