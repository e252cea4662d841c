#pragma once
// The messages by which the core refuses: ERROR to a request, ABORT, GOODBYE. `text` is for people
// and stands in the details as "message". Pure.

#include "common/wamp/errors.hpp"
#include "common/wamp/messages.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace kreisel {

[[nodiscard]] inline Dict make_message_details(std::string text) {
    Dict details;
    if (!text.empty()) details.append("message", std::move(text));
    return details;
}

[[nodiscard]] inline ErrorMessage make_error(MessageType request_type, RequestId request,
                                             std::string_view uri, std::string text = {}) {
    return ErrorMessage{request_type, request, make_message_details(std::move(text)), Uri(uri), {}};
}

[[nodiscard]] inline Abort make_violation(std::string text) {
    return Abort{make_message_details(std::move(text)), Uri(uris::protocol_violation), {}};
}

[[nodiscard]] inline Goodbye make_goodbye(std::string_view reason, std::string text = {}) {
    return Goodbye{make_message_details(std::move(text)), Uri(reason)};
}

}  // namespace kreisel
