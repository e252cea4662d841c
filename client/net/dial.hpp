#pragma once
// Dial: one attempt to reach a router: the name looked up, its addresses tried in turn, TLS's
// handshake done, all before one deadline.
//
//     auto attempt = dial(strand, {.url = *parse_url("tcp://localhost:9000")}, [](auto dialled) {
//         if (!dialled) return report(dialled.error());   // names the URL and says why
//         use(std::move(*dialled));
//     });
//     attempt->cancel();                                   // changed one's mind
//
// Confined to the strand; keeps itself alive until it is done.

#include "client/net/url.hpp"
#include "common/net/strand_stream.hpp"
#include "common/tls/tls_client_context.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace kreisel::client {

struct DialSettings {
    Url url{};
    /// For everything up to the connected (and encrypted) stream. Each address but the last gets
    /// its even share of what is left.
    std::chrono::milliseconds timeout{10'000};
    /// Whom to trust; needed for a URL with TLS.
    TlsClientContextPtr tls{};
    /// Shortens the handshake of the next connection to the same URL; may be nullptr.
    std::shared_ptr<TlsTicket> ticket{};
};

class Dial {
  public:
    virtual ~Dial() = default;
    /// Ends the attempt; nothing is told any more. Idempotent.
    virtual void cancel() = 0;
};

/// Told once, on the strand, never from within dial(). The error is uris::not_connected.
using OnDialled = std::function<void(Result<std::unique_ptr<Stream>>)>;

/// On the strand.
[[nodiscard]] std::shared_ptr<Dial> dial(const Strand& strand, DialSettings settings,
                                         OnDialled on_dialled);

}  // namespace kreisel::client
