#pragma once
// A Stream that begins with a PROXY header: it takes the header away, and from then on its peer is
// the one that the header tells of. Below TLS. Confined to the connection's thread.

#include "common/net/stream.hpp"

#include <memory>

namespace kreisel {

/// What is expected of this very peer.
enum class ProxyHeaderRule : std::uint8_t {
    optional,        ///< a trusted proxy, which may send one
    required,        ///< a trusted proxy, which must
    refused,         ///< anybody else: a header would be a lie
    nobody_trusted,  ///< anybody else, where only proxies may connect
};

[[nodiscard]] std::unique_ptr<Stream> make_proxy_stream(boost::asio::io_context& context,
                                                        std::unique_ptr<Stream> inner,
                                                        ProxyHeaderRule rule);

}  // namespace kreisel
