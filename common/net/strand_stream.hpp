#pragma once
// Streams of the client library: those of the router (stream.hpp, tls_stream.hpp) with their owner
// told on a strand.

#include "common/net/strand.hpp"
#include "common/net/stream.hpp"
#include "common/tls/tls_client_context.hpp"

#include <memory>
#include <string>

namespace kreisel {

/// As the one of stream.hpp. The socket may still be connecting: it is writable when it is done.
[[nodiscard]] std::unique_ptr<Stream> make_socket_stream(const Strand& strand, int descriptor,
                                                         std::string peer);

/// The client's side of TLS. A read() into an empty buffer goes on with the handshake only, and is
/// `done` with a count of 0 when that is.
[[nodiscard]] std::unique_ptr<Stream> make_tls_stream(const Strand& strand,
                                                      std::unique_ptr<Stream> inner,
                                                      TlsClientSide side);

}  // namespace kreisel
