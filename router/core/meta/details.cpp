#include "router/core/meta/details.hpp"

#include "router/core/broker.hpp"
#include "router/core/registrations.hpp"

#include <algorithm>
#include <array>

namespace kreisel {

namespace {

constexpr std::array<std::string_view, 6> identity_keys = {
    "session", "authid", "authrole", "authmethod", "authprovider", "transport"};

}  // namespace

Dict identity_of(const Session& session) {
    const SessionInfo& info = session.info;
    Dict details{{"session", info.id},
                 {"authid", info.authid},
                 {"authrole", info.authrole},
                 {"authmethod", info.authmethod},
                 {"authprovider", info.authprovider}};
    if (!info.transport.empty()) details.append("transport", info.transport);
    return details;
}

Dict details_of(const Session& session) {
    Dict details = identity_of(session);
    for (const DictEntry& entry : session.details) details.append(entry.key, entry.value);
    return details;
}

Dict details_of(const Registration& registration) {
    return Dict{{"id", registration.id},
                {"created", iso8601(registration.created)},
                {"uri", registration.procedure},
                {"match", to_text(registration.match)},
                {"invoke", to_text(registration.invoke)}};
}

Dict details_of(const Subscription& subscription) {
    return Dict{{"id", subscription.id},
                {"created", iso8601(subscription.created)},
                {"uri", subscription.topic},
                {"match", to_text(subscription.match)}};
}

bool is_identity(std::string_view key) {
    return std::find(identity_keys.begin(), identity_keys.end(), key) != identity_keys.end();
}

}  // namespace kreisel
