#include "common/tls/tls_pair.hpp"

#include "common/tls/pem_file.hpp"

#include <openssl/ssl.h>

#include <utility>

namespace kreisel {

UsedPair use_pair(ssl_ctx_st* native, const std::string& scope, TlsPair pair) {
    UsedPair used;
    const auto fail = [&](const char* key, std::string why) {
        used.errors.push_back({scope + key, std::move(why)});
    };
    if (pair.key.empty()) pair.key = pair.certificate;  // one file for both
    auto chain = read_certificates(pair.certificate);
    if (!chain) fail("certificate", chain.error());
    const auto key = read_private_key(pair.key);
    if (!key) fail("key", key.error());
    if (key && is_readable_by_others(pair.key)) {
        used.warnings.push_back({scope + "key", "the key in " + pair.key +
                                                    " can be read by everybody on this machine; "
                                                    "chmod o-r it"});
    }
    if (!chain || !key) return used;
    if (X509_check_private_key(chain->front().get(), key->get()) != 1) {
        static_cast<void>(take_openssl_error());
        fail("key", "the key in " + pair.key + " does not belong to the certificate in " +
                        pair.certificate);
        return used;
    }
    bool is_taken = SSL_CTX_use_certificate(native, chain->front().get()) == 1 &&
                    SSL_CTX_use_PrivateKey(native, key->get()) == 1;
    for (std::size_t i = 1; i < chain->size(); ++i) {
        is_taken = is_taken && SSL_CTX_add1_chain_cert(native, (*chain)[i].get()) == 1;
    }
    if (!is_taken) {
        fail("certificate",
             "the certificate in " + pair.certificate + " cannot be used: " + take_openssl_error());
        return used;
    }
    used.certificate = std::move(chain->front());
    return used;
}

}  // namespace kreisel
