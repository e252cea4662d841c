// Names of the log-in methods, and which of them a realm can use.

#include "router/access/realm_access.hpp"

#include <algorithm>

namespace kreisel {

namespace {

struct NamedMethod {
    std::string_view name;
    AuthMethod method;
};
constexpr NamedMethod methods[] = {
    {"anonymous", AuthMethod::anonymous},
    {"ticket", AuthMethod::ticket},
    {"wampcra", AuthMethod::wampcra},
    {"wamp-scram", AuthMethod::scram},
    {"scram", AuthMethod::autobahn_scram},
    {"cryptosign", AuthMethod::cryptosign},
    {"tls", AuthMethod::tls},
    {"cookie", AuthMethod::cookie},
};

}  // namespace

std::string_view to_text(AuthMethod method) {
    for (const NamedMethod& named : methods) {
        if (named.method == method) return named.name;
    }
    return "";
}

std::optional<AuthMethod> auth_method_of(std::string_view text) {
    for (const NamedMethod& named : methods) {
        if (named.name == text) return named.method;
    }
    return std::nullopt;
}

bool UserCredentials::Certificate::fits(const ClientCertificate& certificate) const {
    switch (by) {
        case By::subject:
            return value == certificate.subject;
        case By::common_name:
            return value == certificate.common_name;
        case By::fingerprint:
            return value == certificate.sha256;
    }
    return false;
}

bool UserCredentials::has_public_key(std::string_view key) const {
    return std::find(public_keys.begin(), public_keys.end(), key) != public_keys.end();
}

bool UserCredentials::has_certificate(const ClientCertificate& certificate) const {
    return std::any_of(certificates.begin(), certificates.end(),
                       [&](const Certificate& known) { return known.fits(certificate); });
}

bool UserCredentials::offers(AuthMethod method) const {
    switch (method) {
        case AuthMethod::anonymous:
        case AuthMethod::cookie:
            return false;
        case AuthMethod::ticket:
            return ticket.has_value() || ticket_hash.has_value();
        case AuthMethod::wampcra:
            return wampcra.has_value();
        case AuthMethod::scram:
            return scram && scram->parameters.kdf != ScramKdf::autobahn_argon2id;
        case AuthMethod::autobahn_scram:
            return scram && scram->parameters.kdf == ScramKdf::autobahn_argon2id;
        case AuthMethod::cryptosign:
            return !public_keys.empty();
        case AuthMethod::tls:
            return !certificates.empty();
    }
    return false;
}

bool RealmAccess::offers(AuthMethod method) const {
    if (method == AuthMethod::anonymous) return anonymous_role.has_value();
    for (const auto& user : users) {
        if (user.second.offers(method)) return true;
    }
    return false;
}

const DynamicAuthenticator* RealmAccess::find_dynamic(AuthMethod method) const {
    for (const DynamicAuthenticator& rule : dynamic) {
        const auto& known = rule.methods;
        if (std::find(known.begin(), known.end(), method) != known.end()) return &rule;
    }
    return nullptr;
}

}  // namespace kreisel
