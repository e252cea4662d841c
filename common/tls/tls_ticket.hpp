#pragma once
// TlsTicket: what a client keeps of one TLS session to resume it by the next connection to the same
// host, which saves half of the handshake's work. Confined to one thread or strand.

#include "common/tls/openssl.hpp"

#include <utility>

namespace kreisel {

class TlsTicket {
  public:
    /// The newest replaces an older one.
    void keep(TlsResumptionPtr session) { session_ = std::move(session); }
    /// RFC 8446 C.4: a ticket is used once, so that nobody can tell that two connections are of the
    /// same client.
    [[nodiscard]] TlsResumptionPtr take() { return std::move(session_); }

  private:
    TlsResumptionPtr session_;
};

}  // namespace kreisel
