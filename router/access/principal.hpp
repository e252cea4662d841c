#pragma once
// Principal: whom a HELLO claims to be, or a stand-in if the realm knows no such user.
//
// The stand-in copies the shape of a real user (methods, role, salt length, iterations) and can
// never log in, so that a stranger is led through the very same steps as a user with a wrong
// password and learns nothing about who exists. Pure.

#include "router/access/realm_access.hpp"

#include <string>
#include <string_view>

namespace kreisel {

struct Principal {
    std::string authid;
    UserCredentials credentials;
    bool is_known = false;
    /// `authprovider` of the session: who vouches.
    std::string provider = "static";
};

/// The user `authid` of `realm`, or the stand-in that `mock_key` and `authid` choose. The realm has
/// at least one user.
[[nodiscard]] Principal find_principal(const RealmAccess& realm, std::string_view authid,
                                       std::string_view mock_key);

/// Nobody: `authid` as if it were a user like `model`, with salts of its own.
[[nodiscard]] Principal make_stand_in(std::string_view authid, const UserCredentials& model,
                                      std::string_view mock_key);

/// The user with this public key (32 octets), or a stand-in.
[[nodiscard]] Principal find_by_public_key(const RealmAccess& realm, std::string_view key);
/// The user with this certificate, or a stand-in.
[[nodiscard]] Principal find_by_certificate(const RealmAccess& realm,
                                            const ClientCertificate& certificate);

}  // namespace kreisel
