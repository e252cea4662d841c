#pragma once
// From an accepted descriptor to the Stream that its listener's settings ask for: the socket, a
// PROXY header on it, TLS on that.

#include "common/net/stream.hpp"
#include "router/server/settings.hpp"

#include <memory>
#include <string>

namespace kreisel {

/// Takes over `descriptor`. On the thread of `context`.
[[nodiscard]] std::unique_ptr<Stream> open_stream(boost::asio::io_context& context, int descriptor,
                                                  std::string peer,
                                                  const ConnectionSettings& settings);

}  // namespace kreisel
