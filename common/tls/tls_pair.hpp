#pragma once
// A certificate with its chain and key, from their files into an OpenSSL context; for listeners and
// clients alike. Touches files.

#include "common/tls/openssl.hpp"
#include "common/tls/tls_context.hpp"
#include "common/tls/tls_settings.hpp"

#include <string>
#include <vector>

namespace kreisel {

struct UsedPair {
    CertificatePtr certificate;  ///< the first of the chain; nothing if there are errors
    std::vector<TlsRemark> errors;
    std::vector<TlsRemark> warnings;
};

/// Keys of the remarks begin with `scope`.
[[nodiscard]] UsedPair use_pair(ssl_ctx_st* native, const std::string& scope, TlsPair pair);

}  // namespace kreisel
