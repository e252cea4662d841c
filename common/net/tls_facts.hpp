#pragma once
// What is known of a connection's protection: of its TLS session and of the proxy in front. Plain
// values.

#include <optional>
#include <string>

namespace kreisel {

struct TlsFacts {
    /// One that was verified against the listener's CA.
    struct Certificate {
        std::string subject;      ///< as RFC 4514 writes it
        std::string common_name;  ///< empty: the subject has none
        std::string sha256;       ///< of the DER form, in lower-case hex
    };

    std::string version;  ///< `TLSv1.3`
    std::string cipher;
    std::string alpn;         ///< empty: the client offered none
    std::string server_name;  ///< the host the client named, empty if it did not
    std::optional<Certificate> certificate;
    /// Channel bindings of 32 octets: tls-exporter (RFC 9266), and the SHA-256 of tls-unique (RFC
    /// 5929) which is of TLS 1.2 only. Empty where the handshake gives no secure one.
    std::string exporter;
    std::string unique;
    bool is_resumed = false;
};

struct ProxyFacts {
    std::string peer;           ///< address of the proxy itself
    bool is_encrypted = false;  ///< it says that its client came over TLS
};

}  // namespace kreisel
