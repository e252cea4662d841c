#pragma once
// Credentials: how a session logs in. Several may stand in a list, in order of preference; the
// router takes the first that it knows.
//
//     LoginSettings login;
//     login.authid = "joe";
//     login.credentials = {Scram{"correct horse"}, Ticket{"a1b2c3"}};
//
// The router chooses among them, so list only what it may have: a ticket goes to it as it is, the
// others only prove that they are known. Secrets stand in no error and no log. Plain values.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace kreisel::client {

/// No proof at all.
struct Anonymous {};

/// A ticket or password that the router is shown, a JSON Web Token for instance.
struct Ticket {
    std::string ticket;  ///< goes to the router as it is
};

/// A shared secret; of a user with a salt, the password.
struct WampCra {
    std::string secret;  ///< signs the router's challenge
};

/// A password that neither side shows; the router has to prove that it knows the user, too.
struct Scram {
    /// Whose SCRAM it is.
    enum class Dialect : std::uint8_t {
        wamp,      ///< method `wamp-scram` of the specification
        crossbar,  ///< method `scram` of Crossbar.io and Autobahn|Python
    };
    std::string password;             ///< text, UTF-8
    Dialect dialect = Dialect::wamp;  ///< the specification's, or an older one
};

/// An Ed25519 key.
struct Cryptosign {
    /// 64 hex digits, or the text of a PEM file (`-----BEGIN PRIVATE KEY-----`).
    std::string private_key;
    /// If set, 64 hex digits: the router has to prove that it has the private half of this key.
    std::string router_key{};
};

/// The certificate that the connection itself showed; it stands in the settings of TLS.
struct TlsCertificate {};

/// One way to log in.
using Credentials = std::variant<Anonymous, Ticket, WampCra, Scram, Cryptosign, TlsCertificate>;

/// Whether SCRAM and cryptosign sign for this very TLS connection, so that nobody in between can
/// pass their proof on.
enum class ChannelBinding : std::uint8_t {
    off,
    tls_exporter,  ///< RFC 9266; a connection or router without it is refused
};

/// What a router may ask of a client that derives a key from its password. More than that is
/// refused: it would keep the session's thread busy, which is what a hostile router might be after.
struct DerivationLimits {
    /// Iterations of PBKDF2.
    std::uint32_t iterations_max = 1'000'000;
    /// Memory of argon2id.
    std::uint32_t memory_kib_max = 262'144;
    /// Memory times iterations of argon2id.
    std::uint64_t work_kib_max = 1'048'576;
};

/// As whom a session joins its realm, and how it proves that (rfc/text/advanced/authentication).
struct LoginSettings {
    /// Who wants in. May be empty where the credentials tell it (keys, certificates, tokens).
    std::string authid{};
    /// In order of preference; empty: anonymous.
    std::vector<Credentials> credentials{};
    /// Whether the proof is for this connection only.
    ChannelBinding channel_binding = ChannelBinding::off;
    /// How much work a router may ask for.
    DerivationLimits limits{};
};

}  // namespace kreisel::client
