#pragma once
// Owning pointers for what OpenSSL hands out, and its errors in words.

#include <memory>
#include <string>

struct ssl_st;
struct ssl_ctx_st;
struct ssl_session_st;
struct x509_st;
struct X509_crl_st;
struct evp_pkey_st;
struct bio_st;

namespace kreisel {

struct OpenSslFree {
    void operator()(ssl_st* object) const;
    void operator()(ssl_ctx_st* object) const;
    void operator()(ssl_session_st* object) const;
    void operator()(x509_st* object) const;
    void operator()(X509_crl_st* object) const;
    void operator()(evp_pkey_st* object) const;
    void operator()(bio_st* object) const;
};

using SslPtr = std::unique_ptr<ssl_st, OpenSslFree>;
using SslContextPtr = std::unique_ptr<ssl_ctx_st, OpenSslFree>;
using TlsResumptionPtr = std::unique_ptr<ssl_session_st, OpenSslFree>;
using CertificatePtr = std::unique_ptr<x509_st, OpenSslFree>;
using RevocationsPtr = std::unique_ptr<X509_crl_st, OpenSslFree>;
using KeyPtr = std::unique_ptr<evp_pkey_st, OpenSslFree>;
using BioPtr = std::unique_ptr<bio_st, OpenSslFree>;

/// The newest error of this thread in words; the queue is empty afterwards.
[[nodiscard]] std::string take_openssl_error();

}  // namespace kreisel
