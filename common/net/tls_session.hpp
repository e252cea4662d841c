#pragma once
// TlsSession: either side of one TLS connection without sockets: encrypted octets come from a
// source and go into a buffer. Errors are told in words, facts are read when the handshake is done.
//
// Part of a TlsStream and confined to its thread.

#include "common/net/stream.hpp"
#include "common/net/tls_facts.hpp"
#include "common/tls/openssl.hpp"
#include "common/tls/tls_client_context.hpp"
#include "common/tls/tls_context.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kreisel {

class TlsSession {
  public:
    /// The server's side. `source` gives the encrypted input and must outlive the session.
    TlsSession(TlsContextPtr context, Stream& source);
    /// The client's, which speaks first: read() begins the handshake.
    TlsSession(TlsClientSide side, Stream& source);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    /// Goes on with the handshake, then decrypts what fits. `would_block`: more input is needed. An
    /// empty buffer: the handshake only.
    [[nodiscard]] IoResult read(std::span<std::uint8_t> buffer);
    /// Encrypts up to about 64 KB from the front of `buffers` into output(); returns how much.
    /// Nothing: the session is broken.
    [[nodiscard]] std::optional<std::size_t> write(std::span<const iovec> buffers);
    /// Appends close_notify.
    void end();

    /// The last read() did not find the end of what is here.
    [[nodiscard]] bool has_more() const { return has_more_; }
    [[nodiscard]] bool is_open() const { return facts_ != nullptr; }
    [[nodiscard]] const TlsFacts* facts() const { return facts_.get(); }
    /// Why read() failed, if the peer did wrong; else empty.
    [[nodiscard]] const std::string& fault() const { return fault_; }
    /// Encrypted octets for the socket, for the owner to take away.
    [[nodiscard]] std::vector<std::uint8_t>& output() { return output_; }

  private:
    friend struct TlsBio;

    void set_source();
    [[nodiscard]] IoResult shake_hands();
    void note_opening();
    [[nodiscard]] IoResult judge(int outcome);
    [[nodiscard]] std::string text_of_fault(int reason);
    [[nodiscard]] IoResult refuse(const std::string& why);
    [[nodiscard]] bool write_record(const std::uint8_t* data, std::size_t size);

    /// Of the server's or the client's side; kept alive.
    std::shared_ptr<const void> context_;
    Stream& source_;
    std::unique_ptr<TlsClientNotes> notes_;  ///< the client's only
    SslPtr ssl_;
    std::vector<std::uint8_t> output_;
    std::unique_ptr<TlsFacts> facts_;
    std::string fault_;
    boost::system::error_code source_error_;
    /// The source gave less than it was asked for: asking again would find nothing.
    bool is_source_dry_ = false;
    bool has_more_ = false;
    /// The end that stood behind the octets of the last read().
    std::optional<IoResult> held_;
};

}  // namespace kreisel
