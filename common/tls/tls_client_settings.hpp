#pragma once
// What a client with TLS is told: whom it trusts and what it shows of itself. Plain values.

#include "common/tls/tls_settings.hpp"

#include <cstdint>
#include <string>

namespace kreisel {

/// Whether the peer has to prove who it is.
enum class TlsVerify : std::uint8_t {
    on,               ///< the chain, the dates and the host of the peer's certificate
    off_and_insecure  ///< anybody in between can read and change everything
};

/// How a client speaks TLS. Files are read when a connection is made.
struct TlsClientSettings {
    TlsVerify verify = TlsVerify::on;  ///< of the peer
    std::string ca_file{};  ///< PEM file: who may sign the peer's certificate; empty: the system's
    TlsPair certificate{};  ///< shown to a peer that asks for one; empty: none
    TlsVersion version_min = TlsVersion::tls_1_2;  ///< older ones are refused

    bool operator==(const TlsClientSettings&) const = default;
};

}  // namespace kreisel
