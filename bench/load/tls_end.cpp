#include "bench/load/tls_end.hpp"

#include <climits>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace kreisel::load {

namespace {

constexpr std::size_t record_bytes_max = 16U << 10U;

struct SessionDeleter {
    void operator()(SSL_SESSION* session) const { ::SSL_SESSION_free(session); }
};
using SessionPointer = std::unique_ptr<SSL_SESSION, SessionDeleter>;

SessionPointer& newest_session() {
    static SessionPointer session;
    return session;
}

int keep_session(SSL* /*tls*/, SSL_SESSION* session) {
    newest_session().reset(session);
    return 1;
}

void set_common_modes(SSL_CTX* context) {
    ::SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    // A peer that closes its socket without a word is what a load generator ends with.
    ::SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
}

TlsContextPointer make_client_tls() {
    TlsContextPointer context(::SSL_CTX_new(::TLS_client_method()));
    if (context == nullptr) throw std::runtime_error("OpenSSL has no TLS");
    set_common_modes(context.get());
    ::SSL_CTX_set_session_cache_mode(context.get(),
                                     SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    ::SSL_CTX_sess_set_new_cb(context.get(), keep_session);
    return context;
}

}  // namespace

void TlsDeleter::operator()(ssl_st* tls) const { ::SSL_free(tls); }
void TlsDeleter::operator()(ssl_ctx_st* context) const { ::SSL_CTX_free(context); }

ssl_ctx_st* client_tls() {
    static const TlsContextPointer context = make_client_tls();
    return context.get();
}

TlsContextPointer make_server_tls(const std::string& certificate, const std::string& key) {
    TlsContextPointer context(::SSL_CTX_new(::TLS_server_method()));
    if (context == nullptr ||
        ::SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1 ||
        ::SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
        throw std::runtime_error("cannot use " + certificate + " with " + key);
    }
    set_common_modes(context.get());
    return context;
}

TlsEnd::TlsEnd(ssl_ctx_st* context, int fd, Side side) : tls_(::SSL_new(context)) {
    if (tls_ == nullptr || ::SSL_set_fd(tls_.get(), fd) != 1) {
        throw std::runtime_error("OpenSSL has no memory for a session");
    }
    if (side == Side::server) {
        ::SSL_set_accept_state(tls_.get());
        return;
    }
    ::SSL_set_connect_state(tls_.get());
    if (side != Side::resuming_client || newest_session() == nullptr) return;
    static_cast<void>(::SSL_set_session(tls_.get(), newest_session().get()));
}

bool TlsEnd::is_resumed() const { return ::SSL_session_reused(tls_.get()) == 1; }

ssize_t TlsEnd::fail(int result) {
    switch (::SSL_get_error(tls_.get(), result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            errno = EAGAIN;
            return -1;
        case SSL_ERROR_ZERO_RETURN:
            return 0;
        default:
            break;
    }
    ::ERR_clear_error();
    if (errno == 0 || errno == EAGAIN) errno = EPROTO;
    return -1;
}

ssize_t TlsEnd::receive(std::uint8_t* place, std::size_t size) {
    std::size_t have = 0;
    waits_for_input_ = false;
    // A record is read whole or not at all, so nothing stays behind in OpenSSL that epoll cannot
    // know of.
    while (size - have >= record_bytes_max) {
        const auto room = static_cast<int>(std::min<std::size_t>(size - have, INT_MAX));
        errno = 0;
        const int count = ::SSL_read(tls_.get(), place + have, room);
        if (count > 0) {
            have += static_cast<std::size_t>(count);
            continue;
        }
        const ssize_t failure = fail(count);
        return have > 0 ? static_cast<ssize_t>(have) : failure;
    }
    return static_cast<ssize_t>(have);
}

ssize_t TlsEnd::send(const std::uint8_t* bytes, std::size_t size) {
    errno = 0;
    const int count =
        ::SSL_write(tls_.get(), bytes, static_cast<int>(std::min<std::size_t>(size, INT_MAX)));
    if (count > 0) return count;
    const ssize_t failure = fail(count);
    waits_for_input_ = failure < 0 && errno == EAGAIN && SSL_want_read(tls_.get());
    return failure < 0 ? failure : -1;
}

}  // namespace kreisel::load
