#pragma once
// Connector: the way to a router in the same process, for the settings of a client's session
// instead of a URL. Made by who embeds a router; any thread.

#include "common/net/strand.hpp"
#include "common/net/stream.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <string>

namespace kreisel {

class Connector {
  public:
    virtual ~Connector() = default;
    /// A stream to the router, whose owner is told on `strand`, or why there is none.
    [[nodiscard]] virtual tl::expected<std::unique_ptr<Stream>, std::string> connect(
        const Strand& strand) const = 0;
};

}  // namespace kreisel
