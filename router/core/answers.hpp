#pragma once
// The messages by which the core refuses: ERROR to a request, ABORT, GOODBYE. `text` is for people:
// the first argument of an ERROR, where clients look for it, and "message" in the details of ABORT
// and GOODBYE. Pure.

#include "common/codec/codec.hpp"
#include "common/wamp/errors.hpp"
#include "common/wamp/messages.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace kreisel {

[[nodiscard]] inline ErrorMessage make_error(MessageType request_type, RequestId request,
                                             std::string_view uri, std::string text) {
    return ErrorMessage{
        request_type, request, {}, Uri(uri), make_payload({Value(std::move(text))})};
}

[[nodiscard]] inline Abort make_violation(std::string text) {
    return Abort{Dict{{"message", Value(std::move(text))}}, Uri(uris::protocol_violation), {}};
}

[[nodiscard]] inline Goodbye make_goodbye(std::string_view reason, std::string text = {}) {
    Goodbye goodbye{{}, Uri(reason)};
    if (!text.empty()) goodbye.details.append("message", std::move(text));
    return goodbye;
}

}  // namespace kreisel
