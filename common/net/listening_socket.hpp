#pragma once
// Listening sockets by plain system calls: bind, stale unix sockets, mode and owner. Start-up and
// reload only; may block shortly on the file system.

#include "common/net/acceptor.hpp"

#include <tl/expected.hpp>

#include <string>

namespace kreisel {

/// A bound, listening, non-blocking descriptor, or one sentence for the operator.
[[nodiscard]] tl::expected<int, std::string> open_listening_socket(
    const AcceptorSettings& settings);

/// `127.0.0.1:51234`, `[::1]:51234`, or `unix`, of a sockaddr.
[[nodiscard]] std::string peer_text(const void* address, unsigned length);

/// The port a descriptor is bound to; 0 for a unix socket.
[[nodiscard]] unsigned short bound_port(int descriptor);

}  // namespace kreisel
