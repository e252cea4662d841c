#pragma once
// Drivers over a router that runs as a process of its own, reached over a socket with one wire and
// one encoding.
//
// All texts share one router: each gets realms of its own, named `s7.realm1` for realm1 of text 7.
// One thread, blocking sockets.

#include "common/wamp/encoding.hpp"
#include "tests/scenario/lib/driver.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kreisel::scenario {

struct Wiring {
    Framing framing = Framing::websocket;
    Encoding encoding = Encoding::json;
};

/// `ws:json`, `batched:cbor`, `raw:msgpack`.
[[nodiscard]] Wiring parse_wiring(const std::string& text);

/// realms.yaml for all scripts, in their order.
[[nodiscard]] std::string yaml_of(const std::vector<Script>& scripts);
/// The name of a text's realm in the shared router.
[[nodiscard]] Uri shared_name(std::size_t script, const Uri& realm);

class NetworkRouter {
  public:
    /// Starts the program at `path` and waits until it is ready.
    NetworkRouter(const std::string& path, const std::vector<Script>& scripts);
    ~NetworkRouter();
    NetworkRouter(const NetworkRouter&) = delete;
    NetworkRouter& operator=(const NetworkRouter&) = delete;

    [[nodiscard]] std::unique_ptr<Driver> make_driver(std::size_t script, const Wiring& wiring);
    /// SIGTERM; true iff it ended with status 0.
    [[nodiscard]] bool stop();

  private:
    struct Process;
    std::unique_ptr<Process> process_;
    std::vector<Script> scripts_;
};

}  // namespace kreisel::scenario
