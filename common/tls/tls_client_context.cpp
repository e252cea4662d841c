#include "common/tls/tls_client_context.hpp"

#include "common/base/check.hpp"
#include "common/base/ip_address.hpp"
#include "common/tls/pem_file.hpp"
#include "common/tls/tls_pair.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <span>

namespace kreisel {

namespace {

TlsClientNotes* notes_of(const SSL* ssl) {
    return static_cast<TlsClientNotes*>(SSL_get_app_data(ssl));
}

/// 1: the session is ours now.
int on_new_session(SSL* ssl, SSL_SESSION* session) {
    TlsClientNotes* notes = notes_of(ssl);
    if (notes == nullptr || notes->ticket == nullptr) return 0;
    if (SSL_SESSION_is_resumable(session) != 1) return 0;
    notes->ticket->keep(TlsResumptionPtr(session));
    return 1;
}

/// Leaves the verdict as it is, and notes what people want to know of it.
int on_verified(int is_good, X509_STORE_CTX* verification) {
    if (is_good == 1) return is_good;
    const int error = X509_STORE_CTX_get_error(verification);
    if (error != X509_V_ERR_HOSTNAME_MISMATCH && error != X509_V_ERR_IP_ADDRESS_MISMATCH) return 0;
    auto* ssl = static_cast<SSL*>(
        X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
    TlsClientNotes* notes = notes_of(ssl);
    X509* certificate = X509_STORE_CTX_get_current_cert(verification);
    if (notes == nullptr || certificate == nullptr) return 0;
    constexpr std::size_t names_max = 8;
    const std::vector<std::string> names = names_of(certificate);
    for (const auto& name : std::span(names).first(std::min(names.size(), names_max))) {
        notes->names += (notes->names.empty() ? "" : ", ") + name;
    }
    return 0;
}

void trust(SSL_CTX* native, const TlsClientSettings& settings, std::vector<TlsRemark>& errors) {
    if (settings.verify == TlsVerify::off_and_insecure) {
        SSL_CTX_set_verify(native, SSL_VERIFY_NONE, nullptr);
        return;
    }
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, on_verified);
    if (settings.ca_file.empty()) {
        if (SSL_CTX_set_default_verify_paths(native) != 1) {
            errors.push_back({"ca_file", "the system's list of authorities cannot be read: " +
                                             take_openssl_error()});
        }
        return;
    }
    const auto authorities = read_certificates(settings.ca_file);
    if (!authorities) {
        errors.push_back({"ca_file", authorities.error()});
        return;
    }
    X509_STORE* store = SSL_CTX_get_cert_store(native);
    for (const auto& authority : *authorities) X509_STORE_add_cert(store, authority.get());
    // A self-signed or intermediate certificate in that file is trusted by itself.
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
}

}  // namespace

TlsClientContext::Loaded TlsClientContext::load(const TlsClientSettings& settings, WallTime now) {
    Loaded loaded;
    auto context = std::make_shared<TlsClientContext>();
    context->native_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX* native = context->native_.get();
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(native, 1);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                    // WAMP's own frames tell whether anything is missing.
                                    SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_min_proto_version(
        native, settings.version_min == TlsVersion::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(native, on_new_session);
    if (!settings.ca_file.empty()) context->stamps_.push_back(FileStamp::of(settings.ca_file));
    trust(native, settings, loaded.errors);
    if (!settings.certificate.certificate.empty()) {
        const TlsPair& pair = settings.certificate;
        context->stamps_.push_back(FileStamp::of(pair.certificate));
        if (!pair.key.empty()) context->stamps_.push_back(FileStamp::of(pair.key));
        UsedPair used = use_pair(native, "", pair);
        if (used.certificate && to_wall_time(X509_get0_notAfter(used.certificate.get())) <= now) {
            used.warnings.push_back(
                {"certificate", "the certificate in " + pair.certificate + " has expired"});
        }
        std::move(used.errors.begin(), used.errors.end(), std::back_inserter(loaded.errors));
        std::move(used.warnings.begin(), used.warnings.end(), std::back_inserter(loaded.warnings));
    }
    if (loaded.errors.empty()) loaded.context = std::move(context);
    return loaded;
}

bool TlsClientContext::is_current() const {
    return std::all_of(stamps_.begin(), stamps_.end(),
                       [](const FileStamp& stamp) { return stamp == FileStamp::of(stamp.path); });
}

SslPtr make_client_connection(TlsClientSide side, TlsClientNotes& notes) {
    SslPtr connection(SSL_new(side.context->native()));
    SSL* ssl = connection.get();
    CHECK(ssl != nullptr, "OpenSSL has memory for a session");
    notes.host = std::move(side.host);
    notes.ticket = std::move(side.ticket);
    SSL_set_app_data(ssl, &notes);
    SSL_set_connect_state(ssl);
    X509_VERIFY_PARAM* rules = SSL_get0_param(ssl);
    if (IpAddress::parse(notes.host)) {
        X509_VERIFY_PARAM_set1_ip_asc(rules, notes.host.c_str());
    } else {
        X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        X509_VERIFY_PARAM_set1_host(rules, notes.host.c_str(), 0);
        SSL_set_tlsext_host_name(ssl, notes.host.c_str());
    }
    if (!side.protocol.empty()) {
        // RFC 7301 3.1: each name behind its length.
        const std::string offer = static_cast<char>(side.protocol.size()) + side.protocol;
        SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(offer.data()),
                            static_cast<unsigned>(offer.size()));
    }
    if (notes.ticket != nullptr) {
        if (const auto session = notes.ticket->take()) SSL_set_session(ssl, session.get());
    }
    ERR_clear_error();
    return connection;
}

std::string text_of_refused_certificate(long code, const TlsClientNotes& notes) {
    const std::string start = "the certificate of " + notes.host + " is not taken: ";
    switch (code) {
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return start + "it is not for this host" +
                   (notes.names.empty() ? "" : ", but for " + notes.names);
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return start + "it has expired";
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return start + "it is not valid yet";
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return start + X509_verify_cert_error_string(code) +
                   "; who signed it must stand in ca_file or be known to the system";
        default:
            return start + X509_verify_cert_error_string(code);
    }
}

}  // namespace kreisel
