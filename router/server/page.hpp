#pragma once
// The page that answers a plain HTTP request on a WebSocket port: what this is and how to connect.

#include "router/config/config.hpp"

#include <string>

namespace kreisel {

[[nodiscard]] std::string make_page(const ListenerConfig& listener);

}  // namespace kreisel
