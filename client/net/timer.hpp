#pragma once
// A timer whose handlers run on a strand.

#include "common/net/strand.hpp"

#include <boost/asio/basic_waitable_timer.hpp>

#include <chrono>

namespace kreisel::client {

using StrandTimer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, Strand>;

/// For a handler that was called without an error: a timer that was set anew meanwhile is not due
/// yet, though its first handler was on the way already.
[[nodiscard]] inline bool is_due(const StrandTimer& timer) {
    return timer.expiry() <= std::chrono::steady_clock::now();
}

}  // namespace kreisel::client
