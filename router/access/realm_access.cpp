// Names of the log-in methods, and which of them a realm can use.

#include "router/access/realm_access.hpp"

namespace kreisel {

std::string_view to_text(AuthMethod method) {
    switch (method) {
        case AuthMethod::anonymous:
            return "anonymous";
        case AuthMethod::ticket:
            return "ticket";
        case AuthMethod::wampcra:
            return "wampcra";
    }
    return "anonymous";
}

std::optional<AuthMethod> auth_method_of(std::string_view text) {
    if (text == "anonymous") return AuthMethod::anonymous;
    if (text == "ticket") return AuthMethod::ticket;
    if (text == "wampcra") return AuthMethod::wampcra;
    return std::nullopt;
}

bool UserCredentials::offers(AuthMethod method) const {
    switch (method) {
        case AuthMethod::anonymous:
            return false;
        case AuthMethod::ticket:
            return ticket.has_value() || ticket_hash.has_value();
        case AuthMethod::wampcra:
            return wampcra.has_value();
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

}  // namespace kreisel
