#include "common/tls/openssl.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace kreisel {

void OpenSslFree::operator()(ssl_st* object) const { SSL_free(object); }
void OpenSslFree::operator()(ssl_ctx_st* object) const { SSL_CTX_free(object); }
void OpenSslFree::operator()(ssl_session_st* object) const { SSL_SESSION_free(object); }
void OpenSslFree::operator()(x509_st* object) const { X509_free(object); }
void OpenSslFree::operator()(X509_crl_st* object) const { X509_CRL_free(object); }
void OpenSslFree::operator()(evp_pkey_st* object) const { EVP_PKEY_free(object); }
void OpenSslFree::operator()(bio_st* object) const { BIO_free(object); }

std::string take_openssl_error() {
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    const char* text = ERR_reason_error_string(code);
    return text == nullptr ? "unknown error" : text;
}

}  // namespace kreisel
