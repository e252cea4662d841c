#include "router/core/limits.hpp"

namespace kreisel {

std::string_view to_text(RealmLimit limit) {
    switch (limit) {
        case RealmLimit::sessions_per_authid:
            return "sessions_per_authid";
        case RealmLimit::subscriptions_per_session:
            return "subscriptions_per_session";
        case RealmLimit::registrations_per_session:
            return "registrations_per_session";
        case RealmLimit::pending_calls_per_session:
            return "pending_calls_per_session";
        case RealmLimit::testaments_per_session:
            return "testaments_per_session";
        case RealmLimit::testament_bytes_per_session:
            return "testament_bytes_per_session";
        case RealmLimit::detail_bytes_per_session:
            return "detail_bytes_per_session";
        case RealmLimit::definitions:
            return "definitions";
        case RealmLimit::waiting_calls_per_registration:
            return "waiting_calls_per_registration";
        case RealmLimit::retained_events:
            return "retained_events";
        case RealmLimit::held_requests_per_session:
            return "held_requests_per_session";
    }
    return "";
}

}  // namespace kreisel
