#pragma once
// Service: a Router as a process: start-up lines, ready file, signals, reload, drain and stop.
//
// Owns the control thread while run() lasts.

#include "router/config/config.hpp"

#include <memory>
#include <string>

namespace kreisel {

struct ServiceOptions {
    std::string config_path = "realms.yaml";
    std::string ready_file;  ///< empty: none
};

class Service {
  public:
    Service(ServiceOptions options, RouterConfig config);
    ~Service();

    /// Runs until a signal stops it. False: it could not start; one line on standard error says
    /// why.
    [[nodiscard]] bool run();

  private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace kreisel
