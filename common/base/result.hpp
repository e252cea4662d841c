#pragma once
// Result<T>: a value or the fault of a peer, never an exception.
//
// The one place to change when std::expected arrives. The error names a WAMP error URI (static
// text) and a sentence for people. Faults of the operator use ConfigError, faults of our own CHECK.
//
//     Result<Message> message = decode(...);
//     if (!message) return close(message.error());

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace kreisel {

/// What a peer did wrong: `uri` is one of common/wamp/errors.hpp (static storage), `text` says it
/// in words.
struct Error {
    std::string_view uri;
    std::string text;
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(std::string_view uri, std::string text) {
    return tl::unexpected<Error>(Error{uri, std::move(text)});
}

}  // namespace kreisel
