#pragma once
// What a listener with TLS is told: files and what is asked of clients. Plain values.

#include <cstdint>
#include <string>
#include <vector>

namespace kreisel {

/// PEM files: the certificate with its chain behind it, and its private key.
struct TlsPair {
    std::string certificate;  ///< the file, with the chain behind it
    std::string key;          ///< empty: it stands in the certificate's file

    bool operator==(const TlsPair&) const = default;
};

/// Whether clients are asked for one.
enum class ClientCertificates : std::uint8_t {
    none,      ///< not asked for
    optional,  ///< asked for; one that is shown must be good
    required
};

/// Of the protocol; what is older is not spoken at all.
enum class TlsVersion : std::uint8_t { tls_1_2, tls_1_3 };

struct TlsSettings {
    /// The certificate of clients that name no host, or one that no certificate is for.
    TlsPair main;
    /// Further ones, chosen by the host that the client names (SNI).
    std::vector<TlsPair> others;
    std::string client_ca;  ///< PEM file: who may sign certificates of clients
    ClientCertificates client_certificates = ClientCertificates::none;
    std::string crl;  ///< PEM file: revoked certificates; one list for every CA of the chains
    TlsVersion version_min = TlsVersion::tls_1_2;
    std::string ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";  ///< of TLS 1.2, as OpenSSL writes it
    std::string ciphersuites =
        "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";

    [[nodiscard]] bool is_on() const { return !main.certificate.empty() || !others.empty(); }
    bool operator==(const TlsSettings&) const = default;
};

}  // namespace kreisel
