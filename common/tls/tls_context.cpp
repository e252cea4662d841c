#include "common/tls/tls_context.hpp"

#include "common/tls/pem_file.hpp"
#include "common/tls/tls_pair.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <map>

namespace kreisel {

struct TlsContext::Natives {
    std::vector<SslContextPtr> contexts;  ///< in the order of the certificates
    /// By host in lower case; a wildcard by what follows its star.
    std::map<std::string, ssl_ctx_st*, std::less<>> by_name;
    std::map<std::string, ssl_ctx_st*, std::less<>> by_wildcard;
};

namespace {

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    return lower;
}

/// The client has named the host it wants.
int on_server_name(SSL* ssl, int*, void* context) {
    const char* host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (host == nullptr) return SSL_TLSEXT_ERR_NOACK;
    auto* wanted = static_cast<const TlsContext*>(context)->native_for(host);
    if (SSL_get_SSL_CTX(ssl) != wanted) SSL_set_SSL_CTX(ssl, wanted);
    return SSL_TLSEXT_ERR_OK;
}

/// RFC 7301 3.2: a client whose list has nothing in common with ours is refused; one without a list
/// never comes here.
int on_protocols(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                 const unsigned char* offered, unsigned offered_size, void*) {
    static constexpr unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char* found = nullptr;
    const int outcome =
        SSL_select_next_proto(&found, chosen_size, ours, sizeof(ours), offered, offered_size);
    if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

std::string date_of(WallTime time) { return iso8601(time).substr(0, 10); }

}  // namespace

/// Gathers what is wrong while the contexts are made.
class TlsLoader {
  public:
    TlsLoader(const TlsSettings& settings, WallTime now) : settings_(settings), now_(now) {}

    TlsContext::Loaded load() {
        context_->natives_ = std::make_unique<TlsContext::Natives>();
        if (!settings_.main.certificate.empty()) add_certificate("", settings_.main);
        for (std::size_t i = 0; i < settings_.others.size(); ++i) {
            add_certificate("certificates[" + std::to_string(i) + "].", settings_.others[i]);
        }
        set_client_certificates();
        for (const auto& native : context_->natives_->contexts) {
            SSL_CTX_set_tlsext_servername_callback(native.get(), on_server_name);
            SSL_CTX_set_tlsext_servername_arg(native.get(), context_.get());
        }
        if (loaded_.errors.empty()) loaded_.context = std::move(context_);
        return std::move(loaded_);
    }

  private:
    void fail(const std::string& key, std::string why) {
        loaded_.errors.push_back({key, std::move(why)});
    }
    void warn(const std::string& key, std::string why) {
        loaded_.warnings.push_back({key, std::move(why)});
    }
    /// Before the file is read, so that a change meanwhile is seen later.
    void stamp(const std::string& path) { context_->stamps_.push_back(FileStamp::of(path)); }

    void add_certificate(const std::string& scope, TlsPair pair);
    void judge_certificate(const std::string& scope, const TlsPair& pair, X509* certificate);
    [[nodiscard]] SslContextPtr make_native();
    void set_protocols(SSL_CTX* native);
    void set_client_certificates();
    void add_revocations(X509_STORE* store);

    const TlsSettings& settings_;
    WallTime now_;
    std::shared_ptr<TlsContext> context_ = std::make_shared<TlsContext>();
    TlsContext::Loaded loaded_;
};

SslContextPtr TlsLoader::make_native() {
    SslContextPtr native(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* raw = native.get();
    // What an idle session does not need is not kept: two buffers of 17 KB.
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // One system call for a whole record and what follows it.
    SSL_CTX_set_read_ahead(raw, 1);
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                 // WAMP's own frames tell whether anything is missing.
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Sessions are resumed by tickets, of which nothing is kept here.
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(raw, 1);
    constexpr unsigned char realm_of_sessions[] = {'k', 'r', 'e', 'i', 's', 'e', 'l'};
    SSL_CTX_set_session_id_context(raw, realm_of_sessions, sizeof(realm_of_sessions));
    SSL_CTX_set_dh_auto(raw, 1);
    SSL_CTX_set_alpn_select_cb(raw, on_protocols, nullptr);
    set_protocols(raw);
    return native;
}

void TlsLoader::set_protocols(SSL_CTX* native) {
    const bool is_first = context_->natives_->contexts.empty();  // say it once
    const int version =
        settings_.version_min == TlsVersion::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    SSL_CTX_set_min_proto_version(native, version);
    if (SSL_CTX_set_cipher_list(native, settings_.ciphers.c_str()) != 1 && is_first) {
        fail("ciphers", "'" + settings_.ciphers +
                            "' names no cipher that OpenSSL knows: " + take_openssl_error());
    }
    if (SSL_CTX_set_ciphersuites(native, settings_.ciphersuites.c_str()) != 1 && is_first) {
        fail("ciphersuites",
             "'" + settings_.ciphersuites +
                 "' is no list of TLS 1.3 suites that OpenSSL knows: " + take_openssl_error());
    }
}

void TlsLoader::add_certificate(const std::string& scope, TlsPair pair) {
    if (pair.key.empty()) pair.key = pair.certificate;  // one file for both
    SslContextPtr native = make_native();
    stamp(pair.certificate);
    stamp(pair.key);
    const UsedPair used = use_pair(native.get(), scope, pair);
    loaded_.errors.insert(loaded_.errors.end(), used.errors.begin(), used.errors.end());
    loaded_.warnings.insert(loaded_.warnings.end(), used.warnings.begin(), used.warnings.end());
    if (!used.certificate) return;
    judge_certificate(scope, pair, used.certificate.get());
    auto& natives = *context_->natives_;
    for (const std::string& name : context_->certificates_.back().names) {
        if (name.rfind("*.", 0) == 0) {
            natives.by_wildcard.emplace(name.substr(1), native.get());
        } else {
            natives.by_name.emplace(name, native.get());
        }
    }
    natives.contexts.push_back(std::move(native));
}

void TlsLoader::judge_certificate(const std::string& scope, const TlsPair& pair,
                                  X509* certificate) {
    const std::string key = scope + "certificate";
    const std::string what = "the certificate in " + pair.certificate + " ";
    const WallTime end = to_wall_time(X509_get0_notAfter(certificate));
    const WallTime begin = to_wall_time(X509_get0_notBefore(certificate));
    if (end <= now_) {
        warn(key, what + "expired on " + date_of(end));
    } else if (end <= now_ + certificate_warning_time) {
        warn(key, what + "expires on " + date_of(end));
    }
    if (begin > now_) warn(key, what + "is not valid before " + date_of(begin));
    std::vector<std::string> names = names_of(certificate);
    if (names.empty() && !scope.empty()) {
        warn(key, what + "names no host in its subjectAltName, so no client can choose it");
    }
    context_->certificates_.push_back({pair.certificate, std::move(names), end});
}

void TlsLoader::set_client_certificates() {
    const bool is_asked = settings_.client_certificates != ClientCertificates::none;
    if (!is_asked) {
        if (!settings_.client_ca.empty()) {
            warn("client_ca",
                 "nothing is asked of clients; write client_certificates: required "
                 "or optional");
        }
        return;
    }
    if (settings_.client_ca.empty()) {
        return fail("client_certificates",
                    "needs client_ca, the file of who may sign certificates of clients");
    }
    stamp(settings_.client_ca);
    const auto authorities = read_certificates(settings_.client_ca);
    if (!authorities) return fail("client_ca", authorities.error());
    auto& contexts = context_->natives_->contexts;
    if (contexts.empty()) return;  // the certificate has an error of its own
    X509_STORE* store = SSL_CTX_get_cert_store(contexts.front().get());
    for (const auto& authority : *authorities) X509_STORE_add_cert(store, authority.get());
    add_revocations(store);
    const int mode = settings_.client_certificates == ClientCertificates::required
                         ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                         : SSL_VERIFY_PEER;
    for (const auto& native : contexts) {
        if (native != contexts.front()) SSL_CTX_set1_cert_store(native.get(), store);
        for (const auto& authority : *authorities) {
            SSL_CTX_add_client_CA(native.get(), authority.get());
        }
        SSL_CTX_set_verify(native.get(), mode, nullptr);
        // A ticket would outlive the revocation of the certificate it stands for.
        SSL_CTX_set_options(native.get(), SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(native.get(), 0);
    }
}

void TlsLoader::add_revocations(X509_STORE* store) {
    if (settings_.crl.empty()) return;
    stamp(settings_.crl);
    const auto lists = read_revocations(settings_.crl);
    if (!lists) return fail("crl", lists.error());
    for (const auto& list : *lists) {
        X509_STORE_add_crl(store, list.get());
        const ASN1_TIME* next = X509_CRL_get0_nextUpdate(list.get());
        if (next != nullptr && to_wall_time(next) <= now_) {
            warn("crl", "the revocation list in " + settings_.crl + " is outdated since " +
                            date_of(to_wall_time(next)) +
                            "; until there is a new one, no certificate of a client is taken");
        }
    }
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
}

TlsContext::TlsContext() = default;
TlsContext::~TlsContext() = default;

TlsContext::Loaded TlsContext::load(const TlsSettings& settings, WallTime now) {
    return TlsLoader(settings, now).load();
}

ssl_ctx_st* TlsContext::native() const { return natives_->contexts.front().get(); }

ssl_ctx_st* TlsContext::native_for(std::string_view host) const {
    const std::string name = lower_case(host);
    const auto exact = natives_->by_name.find(name);
    if (exact != natives_->by_name.end()) return exact->second;
    // RFC 6125 6.4.3: the star stands for one label, the leftmost.
    const std::size_t dot = name.find('.');
    if (dot != std::string::npos && dot > 0) {
        const auto wildcard = natives_->by_wildcard.find(name.substr(dot));
        if (wildcard != natives_->by_wildcard.end()) return wildcard->second;
    }
    return native();
}

}  // namespace kreisel
