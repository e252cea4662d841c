#pragma once
// RequestFacts: what a message needs a permission for. Pure.

#include "common/wamp/match.hpp"
#include "common/wamp/messages.hpp"
#include "router/core/permission_rules.hpp"

#include <optional>
#include <string_view>

namespace kreisel {

/// `uri` and `options` point into the message.
struct RequestFacts {
    Action action = Action::publish;
    MessageType type = MessageType::publish;
    RequestId request;
    std::string_view uri;
    const Dict* options = nullptr;
    MatchPolicy match = MatchPolicy::exact;
    bool is_answered = true;
};

/// Nothing for a message that needs none, or whose match policy is unknown: broker and dealer
/// refuse that themselves.
[[nodiscard]] std::optional<RequestFacts> request_facts(const Message& message);

}  // namespace kreisel
