#pragma once
// TLS (server side; strand_stream.hpp has the client's) on another Stream: OpenSSL between the
// reads and writes of a connection and those of its socket, with nothing kept for an idle one but
// the session itself.
//
// The handshake is part of the first reads: they find nothing to read until it is done, and a
// failed one ends the stream with a fault(). What write() has taken is encrypted at once; what the
// socket does not take of it goes out by itself, see has_unsent(). Confined to the connection's
// thread, like any Stream.

#include "common/net/stream.hpp"
#include "common/tls/tls_context.hpp"

#include <memory>

namespace kreisel {

[[nodiscard]] std::unique_ptr<Stream> make_tls_stream(boost::asio::io_context& context,
                                                      std::unique_ptr<Stream> inner,
                                                      TlsContextPtr tls);

}  // namespace kreisel
