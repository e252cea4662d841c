#pragma once
// A router as a process of its own: started from the built program with a configuration made here,
// on ports that the system chooses, and gone when this object is, whatever happens to the test.
//
//     RouterProcess router(folder, 0);
//     connect_to(parse_target(router.url("ws")));

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace kreisel::soak {

/// A folder under the system's temporary one, removed with everything in it.
class TemporaryFolder {
  public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

class RouterProcess {
  public:
    /// Starts a router in `folder`, which may be one that a dead router left, and waits until it is
    /// ready. Port 0: any. `settings` are further lines of its realms.yaml. Throws
    /// std::runtime_error if it does not come up within a minute.
    RouterProcess(const TemporaryFolder& folder, std::uint16_t port,
                  std::string_view settings = {});
    RouterProcess(const RouterProcess&) = delete;
    RouterProcess& operator=(const RouterProcess&) = delete;
    ~RouterProcess();

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// The TCP address that starts with `scheme`, "ws" or "rs".
    [[nodiscard]] std::string url(const std::string& scheme) const;
    [[nodiscard]] std::uint16_t port() const;

    /// kill -9.
    void kill();
    /// SIGTERM; returns the exit status.
    [[nodiscard]] int stop();

  private:
    void start(const std::vector<std::string>& command, const std::filesystem::path& log);
    void wait_until_ready(const std::filesystem::path& ready_file,
                          const std::filesystem::path& log);
    [[nodiscard]] int wait_for_end();

    pid_t pid_ = -1;
    std::vector<std::string> addresses_;
};

}  // namespace kreisel::soak
