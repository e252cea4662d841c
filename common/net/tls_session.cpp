#include "common/net/tls_session.hpp"

#include "common/base/check.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

namespace kreisel {

namespace {

/// Plain octets of one record (RFC 8446 5.1).
constexpr std::size_t record_bytes = 16U << 10U;
/// Plain octets encrypted at a time: what waits for a slow reader stays about as short.
constexpr std::size_t batch_bytes = 4 * record_bytes;

std::string answer_to_plain_http() {
    const std::string text = "TLS is spoken on this port; connect with wss:// or https://\n";
    return "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
           "Content-Length: " +
           std::to_string(text.size()) + "\r\nConnection: close\r\n\r\n" + text;
}

std::string hex_of(std::span<const unsigned char> octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char octet : octets) {
        text += digits[octet >> 4U];
        text += digits[octet & 15U];
    }
    return text;
}

std::string common_name_of(X509_NAME* subject) {
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0) return {};
    unsigned char* utf8 = nullptr;
    const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
    const int size = ASN1_STRING_to_UTF8(&utf8, value);
    if (size < 0) return {};
    std::string name(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
    OPENSSL_free(utf8);
    return name;
}

std::string text_of(X509_NAME* subject) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(bio.get(), subject, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::optional<TlsFacts::Certificate> read_certificate(SSL* ssl) {
    X509* shown = SSL_get0_peer_certificate(ssl);
    if (shown == nullptr || SSL_get_verify_result(ssl) != X509_V_OK) return std::nullopt;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    X509_digest(shown, EVP_sha256(), digest.data(), &size);
    X509_NAME* subject = X509_get_subject_name(shown);
    return TlsFacts::Certificate{text_of(subject), common_name_of(subject),
                                 hex_of(std::span(digest).first(size))};
}

/// RFC 5929 3: the first Finished of the handshake, which the server sends when it resumes. WAMP
/// (rfc/text/advanced/authentication_cryptosign) takes 32 octets: its SHA-256.
std::string read_unique(SSL* ssl) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> finished{};
    const bool is_first_ours = (SSL_session_reused(ssl) == 1) == (SSL_is_server(ssl) == 1);
    const std::size_t size = is_first_ours
                                 ? SSL_get_finished(ssl, finished.data(), finished.size())
                                 : SSL_get_peer_finished(ssl, finished.data(), finished.size());
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned digest_size = 0;
    EVP_Digest(finished.data(), size, digest.data(), &digest_size, EVP_sha256(), nullptr);
    return {reinterpret_cast<const char*>(digest.data()), digest_size};
}

std::unique_ptr<TlsFacts> read_facts(SSL* ssl) {
    auto facts = std::make_unique<TlsFacts>();
    facts->version = SSL_get_version(ssl);
    facts->cipher = SSL_get_cipher_name(ssl);
    facts->is_resumed = SSL_session_reused(ssl) == 1;
    const unsigned char* alpn = nullptr;
    unsigned alpn_size = 0;
    SSL_get0_alpn_selected(ssl, &alpn, &alpn_size);
    facts->alpn.assign(reinterpret_cast<const char*>(alpn), alpn_size);
    if (const char* host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) {
        facts->server_name = host;
    }
    facts->certificate = read_certificate(ssl);
    const bool is_1_2 = SSL_version(ssl) == TLS1_2_VERSION;
    // RFC 9266 4.2 and RFC 7627: without it, TLS 1.2 lets a man in the middle have both sides
    // compute the same.
    if (is_1_2 && SSL_get_extms_support(ssl) != 1) return facts;
    constexpr std::string_view label = "EXPORTER-Channel-Binding";
    constexpr std::size_t exporter_bytes = 32;
    std::array<unsigned char, exporter_bytes> exporter{};
    const unsigned char none = 0;
    if (SSL_export_keying_material(ssl, exporter.data(), exporter.size(), label.data(),
                                   label.size(), &none, 0, 1) == 1) {
        facts->exporter.assign(reinterpret_cast<const char*>(exporter.data()), exporter.size());
    }
    if (is_1_2) facts->unique = read_unique(ssl);
    return facts;
}

/// What people should read instead of OpenSSL's words.
std::string text_for_server(int reason) {
    switch (reason) {
        case SSL_R_HTTP_REQUEST:
            return "plain HTTP on a TLS port";
        case SSL_R_WRONG_VERSION_NUMBER:
            return "the first octets are no TLS";
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_VERSION_TOO_LOW:
            return "the client's versions of TLS are too old";
        case SSL_R_NO_SHARED_CIPHER:
            return "the client has no cipher in common with this listener";
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return "the client shows no certificate, which this listener requires";
        case SSL_R_NO_APPLICATION_PROTOCOL:
            return "the client's protocols (ALPN) are without http/1.1";
        default:
            return "";
    }
}

std::string text_for_client(int reason) {
    switch (reason) {
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_PACKET_LENGTH_TOO_LONG:
        case SSL_R_HTTP_REQUEST:
            return "the answer is no TLS; if the port is a plain one, write ws:// or tcp://";
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_VERSION_TOO_LOW:
        case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            return "no version of TLS in common";
        case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
            return "the server refuses the handshake; it may require a certificate";
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            return "the server requires a certificate";
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            return "the server does not know who signed our certificate";
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
            return "the server does not take our certificate";
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
            return "our certificate has expired";
        case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
            return "our certificate is revoked";
        case SSL_R_TLSV1_UNRECOGNIZED_NAME:
            return "the server has no certificate for this host";
        default:
            return "";
    }
}

}  // namespace

/// The source and the output buffer as OpenSSL wants them.
struct TlsBio {
    static TlsSession& session_of(BIO* bio) { return *static_cast<TlsSession*>(BIO_get_data(bio)); }

    static int read(BIO* bio, char* buffer, int size) {
        TlsSession& session = session_of(bio);
        BIO_clear_retry_flags(bio);
        if (session.is_source_dry_) {
            BIO_set_retry_read(bio);
            return -1;
        }
        const auto wanted = static_cast<std::size_t>(size);
        const IoResult got =
            session.source_.read({reinterpret_cast<std::uint8_t*>(buffer), wanted});
        switch (got.state) {
            case IoResult::State::done:
                session.is_source_dry_ = got.count < wanted;
                return static_cast<int>(got.count);
            case IoResult::State::would_block:
                session.is_source_dry_ = true;
                BIO_set_retry_read(bio);
                return -1;
            case IoResult::State::ended:
                BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
                return 0;
            case IoResult::State::failed:
                session.source_error_ = got.ec;
                return -1;
        }
        return -1;
    }

    static int write(BIO* bio, const char* data, int size) {
        auto& output = session_of(bio).output_;
        const auto* octets = reinterpret_cast<const std::uint8_t*>(data);
        output.insert(output.end(), octets, octets + size);
        return size;
    }

    static long control(BIO* bio, int command, long, void*) {
        if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }

    static BIO_METHOD* method() {
        static BIO_METHOD* const made = [] {
            BIO_METHOD* raw = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "kreisel");
            BIO_meth_set_read(raw, read);
            BIO_meth_set_write(raw, write);
            BIO_meth_set_ctrl(raw, control);
            return raw;
        }();
        return made;
    }
};

TlsSession::TlsSession(TlsContextPtr context, Stream& source)
    : source_(source), ssl_(SSL_new(context->native())) {
    CHECK(ssl_ != nullptr, "OpenSSL has memory for a session");
    context_ = std::move(context);
    SSL_set_accept_state(ssl_.get());
    set_source();
}

TlsSession::TlsSession(TlsClientSide side, Stream& source)
    : context_(side.context),
      source_(source),
      notes_(std::make_unique<TlsClientNotes>()),
      ssl_(make_client_connection(std::move(side), *notes_)) {
    set_source();
}

void TlsSession::set_source() {
    BIO* bio = BIO_new(TlsBio::method());
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
}

TlsSession::~TlsSession() = default;

IoResult TlsSession::read(std::span<std::uint8_t> buffer) {
    if (held_) return *std::exchange(held_, std::nullopt);
    is_source_dry_ = false;
    has_more_ = true;
    if (buffer.empty()) return shake_hands();
    std::size_t total = 0;
    while (total < buffer.size()) {
        std::size_t got = 0;
        ERR_clear_error();
        const int outcome =
            SSL_read_ex(ssl_.get(), buffer.data() + total, buffer.size() - total, &got);
        note_opening();
        if (outcome != 1) {
            const IoResult end = judge(outcome);
            has_more_ = total > 0 && end.state != IoResult::State::would_block;
            if (total == 0) return end;
            // What came in front of an end is delivered first.
            if (has_more_) held_ = end;
            break;
        }
        total += got;
    }
    return {IoResult::State::done, total, {}};
}

void TlsSession::note_opening() {
    if (facts_ == nullptr && SSL_is_init_finished(ssl_.get()) == 1) {
        facts_ = read_facts(ssl_.get());
    }
}

IoResult TlsSession::shake_hands() {
    ERR_clear_error();
    const int outcome = SSL_do_handshake(ssl_.get());
    note_opening();
    // What came behind it may be here already.
    if (outcome == 1) return {IoResult::State::done, 0, {}};
    const IoResult end = judge(outcome);
    has_more_ = false;
    return end;
}

IoResult TlsSession::judge(int outcome) {
    switch (SSL_get_error(ssl_.get(), outcome)) {
        case SSL_ERROR_WANT_READ:
            return {IoResult::State::would_block, 0, {}};
        case SSL_ERROR_ZERO_RETURN:
            return {IoResult::State::ended, 0, {}};
        default:
            break;
    }
    if (source_error_) return {IoResult::State::failed, 0, source_error_};
    const int reason = ERR_GET_REASON(ERR_peek_error());
    if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) return {IoResult::State::ended, 0, {}};
    if (reason == SSL_R_HTTP_REQUEST) {
        const std::string answer = answer_to_plain_http();
        output_.insert(output_.end(), answer.begin(), answer.end());
    }
    const std::string known = text_of_fault(reason);
    return refuse(known.empty() ? take_openssl_error() : known);
}

std::string TlsSession::text_of_fault(int reason) {
    const bool is_client = notes_ != nullptr;
    // Why a signature is wrong stands in front of it.
    const int last_reason = ERR_GET_REASON(ERR_peek_last_error());
    if (last_reason != SSL_R_CERTIFICATE_VERIFY_FAILED) {
        return is_client ? text_for_client(reason) : text_for_server(reason);
    }
    const long why = SSL_get_verify_result(ssl_.get());
    if (is_client) return text_of_refused_certificate(why, *notes_);
    return std::string("the client's certificate is not taken: ") +
           X509_verify_cert_error_string(why);
}

IoResult TlsSession::refuse(const std::string& why) {
    fault_ = "TLS: " + why;
    return {IoResult::State::failed, 0,
            boost::system::errc::make_error_code(boost::system::errc::protocol_error)};
}

bool TlsSession::write_record(const std::uint8_t* data, std::size_t size) {
    std::size_t written = 0;
    ERR_clear_error();
    return SSL_write_ex(ssl_.get(), data, size, &written) == 1;
}

std::optional<std::size_t> TlsSession::write(std::span<const iovec> buffers) {
    std::array<std::uint8_t, record_bytes> joined;  // of short pieces
    std::size_t joined_size = 0;
    std::size_t total = 0;
    const auto flush = [&] {
        const bool is_written = joined_size == 0 || write_record(joined.data(), joined_size);
        joined_size = 0;
        return is_written;
    };
    for (const iovec& piece : buffers) {
        const auto* data = static_cast<const std::uint8_t*>(piece.iov_base);
        std::size_t left = std::min(piece.iov_len, batch_bytes - total);
        total += left;
        while (left > 0) {
            // A long piece is encrypted from where it stands.
            const bool is_long = joined_size == 0 && left >= record_bytes;
            const std::size_t size = std::min(left, record_bytes - joined_size);
            if (is_long && !write_record(data, size)) return std::nullopt;
            if (!is_long) {
                std::memcpy(joined.data() + joined_size, data, size);
                joined_size += size;
                if (joined_size == record_bytes && !flush()) return std::nullopt;
            }
            data += size;
            left -= size;
        }
        if (total == batch_bytes) break;
    }
    if (!flush()) return std::nullopt;
    return total;
}

void TlsSession::end() {
    if (facts_ == nullptr || !fault_.empty()) return;
    ERR_clear_error();
    static_cast<void>(SSL_shutdown(ssl_.get()));
    ERR_clear_error();
}

}  // namespace kreisel
