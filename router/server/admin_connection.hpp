#pragma once
// One HTTP request to the admin address and its answer. Control thread.

#include "common/net/stream.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace kreisel {

/// Requests at a time; further ones are closed.
inline constexpr std::size_t admin_connections_max = 32;
inline constexpr std::size_t admin_head_bytes_max = 8U << 10U;
/// From the connection to the end of its answer.
inline constexpr std::chrono::seconds admin_timeout{10};

/// Gives status and body for a path, now or later, once. Status 404: no such path.
using AdminAnswer =
    std::function<void(std::string_view path, std::function<void(unsigned, std::string)> reply)>;

/// Serves one request. `place` is held until the connection is closed.
void serve_admin_request(boost::asio::io_context& context, std::unique_ptr<Stream> stream,
                         AdminAnswer answer, std::shared_ptr<void> place);

}  // namespace kreisel
