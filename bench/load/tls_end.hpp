#pragma once
// TlsEnd: TLS on a non-blocking socket, with the manners of recv() and send(), so that the load
// generator and the floor need no second way through their code. OpenSSL alone, nothing of ours:
// what the router adds to it is what is measured.
//
//     TlsEnd tls(client_tls(), fd, TlsEnd::Side::client);
//     const ssize_t count = tls.receive(place, size);  // -1 and errno EAGAIN, 0 at the end

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <sys/types.h>

struct ssl_st;
struct ssl_ctx_st;

namespace kreisel::load {

struct TlsDeleter {
    void operator()(ssl_st* tls) const;
    void operator()(ssl_ctx_st* context) const;
};
using TlsContextPointer = std::unique_ptr<ssl_ctx_st, TlsDeleter>;

/// Of the load generator: takes any certificate, keeps the newest ticket of any session.
[[nodiscard]] ssl_ctx_st* client_tls();
/// Throws std::runtime_error if the files are of no use.
[[nodiscard]] TlsContextPointer make_server_tls(const std::string& certificate,
                                                const std::string& key);

class TlsEnd {
  public:
    enum class Side : std::uint8_t { client, resuming_client, server };
    /// The socket stays the caller's. `resuming_client` comes with the newest ticket, if any.
    TlsEnd(ssl_ctx_st* context, int fd, Side side);

    /// As much as there is, from several records. Makes the handshake as it goes.
    [[nodiscard]] ssize_t receive(std::uint8_t* place, std::size_t size);
    /// After EAGAIN the next call must begin with the same octets and have no fewer.
    [[nodiscard]] ssize_t send(const std::uint8_t* bytes, std::size_t size);
    /// Sending will not go on before something is received: no use to wait for writability.
    [[nodiscard]] bool waits_for_input() const { return waits_for_input_; }
    [[nodiscard]] bool is_resumed() const;

  private:
    [[nodiscard]] ssize_t fail(int result);

    std::unique_ptr<ssl_st, TlsDeleter> tls_;
    bool waits_for_input_ = false;
};

}  // namespace kreisel::load
