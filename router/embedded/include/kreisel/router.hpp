#pragma once
// EmbeddedRouter: a WAMP router within a program, with threads of its own. Other processes reach it
// by its listeners, sessions of the same program without any socket:
//
//     kreisel::EmbeddedRouter router(kreisel::RealmsFile{"realms.yaml"});
//     router.start();
//     for (const std::string& address : router.addresses()) std::cout << address << '\n';
//
//     // With <kreisel/client.hpp>, in a coroutine:
//     const auto session = co_await wamp::connect({router.connector("backend"), "realm1"});
//
// All methods may be called from any thread. See docs/embedding.md.

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kreisel {

class Connector;

/// A configuration that cannot be used, or a router that cannot start: one line for each fault,
/// with file, line and key where there are any.
class RouterError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The configuration in a file of its own.
struct RealmsFile {
    std::string path;  ///< of realms.yaml
};
/// The same as text; files that it names are relative to the working directory.
struct RealmsText {
    std::string yaml;  ///< what realms.yaml would say
};
/// Where the configuration stands.
using Realms = std::variant<RealmsFile, RealmsText>;

/// A router within this program. See the head of router/embedded/include/kreisel/router.hpp.
class EmbeddedRouter {
  public:
    /// Reads the configuration; throws RouterError. `listeners: []` is a router for this program
    /// alone.
    explicit EmbeddedRouter(const Realms& realms);
    /// stop().
    ~EmbeddedRouter();
    EmbeddedRouter(const EmbeddedRouter&) = delete;
    EmbeddedRouter& operator=(const EmbeddedRouter&) = delete;

    /// Opens the listeners and begins; throws RouterError, and then nothing runs. A router that was
    /// stopped may be started again: what it knew of its sessions is gone.
    void start();
    /// `ws://127.0.0.1:8080/ws`, `rs://127.0.0.1:8080`, ...: to connect to, and the admin address.
    [[nodiscard]] std::vector<std::string> addresses() const;
    /// Goes over to another configuration while sessions live on, all or nothing; throws
    /// RouterError. Returns what changed, in words.
    std::vector<std::string> reload(const Realms& realms);
    /// For client::Settings instead of a URL: sessions that reach this router without a socket.
    /// With a `role` they have it in the realm they join, as `authid` or each as somebody of its
    /// own; without, they log in as anybody does. May be made before start() and kept after stop():
    /// meanwhile nobody can connect.
    [[nodiscard]] std::shared_ptr<const Connector> connector(std::string_view role = {},
                                                             std::string_view authid = {}) const;
    /// Takes nobody more, lets calls end for up to `drain_timeout`, closes what is open and stops.
    /// Idempotent.
    void stop();

  private:
    class Control;
    std::unique_ptr<Control> control_;
};

}  // namespace kreisel
