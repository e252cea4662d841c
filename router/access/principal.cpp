// Stand-ins are drawn from HMAC(mock_key, authid): the same each time, unforeseeable without the
// key.

#include "router/access/principal.hpp"

#include "common/auth/octets.hpp"
#include "common/auth/password.hpp"
#include "common/auth/wampcra.hpp"
#include "common/base/check.hpp"

#include <algorithm>
#include <iterator>

namespace kreisel {

namespace {

constexpr std::string_view hex_alphabet = "0123456789abcdef";
constexpr std::string_view text_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// As long as `model` and of the same look.
std::string mock_salt(std::string_view model, std::string_view seed) {
    const bool is_hex = model.find_first_not_of(hex_alphabet) == std::string_view::npos;
    const std::string_view alphabet = is_hex ? hex_alphabet : text_alphabet;
    std::string salt;
    while (salt.size() < model.size()) {
        const std::string draw = hmac_sha256(seed, "salt " + std::to_string(salt.size()));
        for (const char c : draw) {
            if (salt.size() == model.size()) break;
            salt += alphabet[static_cast<unsigned char>(c) % alphabet.size()];
        }
    }
    // What ends in padding in the model does so here.
    const auto padding = model.size() - (model.find_last_not_of('=') + 1);
    salt.replace(salt.size() - padding, padding, padding, '=');
    return salt;
}

/// Octets as many as in `model`.
std::string mock_octets(std::string_view model, std::string_view seed, std::string_view what) {
    std::string octets;
    while (octets.size() < model.size()) {
        octets += hmac_sha256(seed, std::string(what) + " " + std::to_string(octets.size()));
    }
    octets.resize(model.size());
    return octets;
}

/// A hash that costs as much as `model` to check, and belongs to no password that anybody knows.
std::string mock_hash(const std::string& model, std::string_view seed) {
    auto hash = parse_password_hash(model);
    if (!hash) return model;
    hash->salt = mock_octets(hash->salt, seed, "hash salt");
    hash->digest = mock_octets(hash->digest, seed, "hash digest");
    return to_text(*hash);
}

}  // namespace

Principal make_stand_in(std::string_view authid, const UserCredentials& model,
                        std::string_view mock_key) {
    const std::string seed = hmac_sha256(mock_key, authid);
    Principal mock{std::string(authid), model, false};
    if (mock.credentials.wampcra && !mock.credentials.wampcra->salt.empty()) {
        mock.credentials.wampcra->salt = mock_salt(mock.credentials.wampcra->salt, seed);
    }
    if (mock.credentials.ticket_hash) {
        mock.credentials.ticket_hash = mock_hash(*mock.credentials.ticket_hash, seed);
    }
    if (mock.credentials.scram) {
        std::string& salt = mock.credentials.scram->parameters.salt;
        salt = mock_octets(salt, seed, "scram salt");
    }
    return mock;
}

Principal find_principal(const RealmAccess& realm, std::string_view authid,
                         std::string_view mock_key) {
    CHECK(!realm.users.empty(), "a realm without users offers no method that asks for one");
    // Chosen for real users too, so that both take the same time.
    const std::string seed = hmac_sha256(mock_key, authid);
    const std::size_t choice = (static_cast<unsigned char>(seed[0]) * std::size_t{65536} +
                                static_cast<unsigned char>(seed[1]) * std::size_t{256} +
                                static_cast<unsigned char>(seed[2])) %
                               realm.users.size();
    const auto model = std::next(realm.users.begin(), static_cast<std::ptrdiff_t>(choice));
    const auto found = realm.users.find(authid);
    if (found != realm.users.end()) return {std::string(authid), found->second, true};
    return make_stand_in(authid, model->second, mock_key);
}

Principal find_by_public_key(const RealmAccess& realm, std::string_view key) {
    for (const auto& [authid, credentials] : realm.users) {
        if (credentials.has_public_key(key)) return {authid, credentials, true};
    }
    return {to_hex(key), {}, false};
}

Principal find_by_certificate(const RealmAccess& realm, const ClientCertificate& certificate) {
    for (const auto& [authid, credentials] : realm.users) {
        if (credentials.has_certificate(certificate)) return {authid, credentials, true};
    }
    return {certificate.subject, {}, false};
}

}  // namespace kreisel
