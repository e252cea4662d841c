#pragma once
// TlsClientContext: what a client trusts and shows, read from its files and ready for handshakes.
//
// Immutable and shared; connections keep the one they began with. load() and is_current() touch
// files.
//
//     auto loaded = TlsClientContext::load({.ca_file = "ca.pem"}, clock.wall());
//     if (!loaded.context) return complain(loaded.errors);

#include "common/tls/tls_client_settings.hpp"
#include "common/tls/tls_context.hpp"
#include "common/tls/tls_ticket.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kreisel {

class TlsClientContext {
  public:
    struct Loaded {
        std::shared_ptr<const TlsClientContext> context;  ///< nothing if there are errors
        std::vector<TlsRemark> errors;
        std::vector<TlsRemark> warnings;
    };

    [[nodiscard]] static Loaded load(const TlsClientSettings& settings, WallTime now);

    /// Whether the files are still those that were read; if not, load() again.
    [[nodiscard]] bool is_current() const;
    /// For new connections; the context must outlive them.
    [[nodiscard]] ssl_ctx_st* native() const { return native_.get(); }

  private:
    SslContextPtr native_;
    std::vector<FileStamp> stamps_;
};

using TlsClientContextPtr = std::shared_ptr<const TlsClientContext>;

/// One connection as its client wants it.
struct TlsClientSide {
    TlsClientContextPtr context;
    /// Whom the certificate must name: a DNS name, which is also told to the peer (SNI), or an
    /// address.
    std::string host;
    std::string protocol{};               ///< `http/1.1`, offered by ALPN; empty: none is
    std::shared_ptr<TlsTicket> ticket{};  ///< nullptr: sessions are not resumed
};

/// What the callbacks of a client's connection note. Owned by the connection.
struct TlsClientNotes {
    std::string host;
    std::shared_ptr<TlsTicket> ticket;
    std::string names{};  ///< whom a certificate that is not for `host` is for
};

/// A connection of that side, before its handshake.
[[nodiscard]] SslPtr make_client_connection(TlsClientSide side, TlsClientNotes& notes);

/// Why a peer's certificate is not taken: `code` is a verification result of OpenSSL.
[[nodiscard]] std::string text_of_refused_certificate(long code, const TlsClientNotes& notes);

}  // namespace kreisel
