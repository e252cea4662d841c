#pragma once
// Error: why an operation of the client failed. Result<T>: what a non-throwing operation gives.
//
//     kreisel::client::Result<int> sum = ...;
//     if (!sum && sum.error().uri() == uris::no_such_procedure) ...
//
// Thrown by the throwing forms and taken from handlers: a procedure that throws
// Error("com.example.error.no_stock", {42}) answers its caller with just that.

#include "common/wamp/errors.hpp"
#include "common/wamp/value.hpp"

#include <tl/expected.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace kreisel::client {

/// Why an operation failed: an ERROR of WAMP, or one that the client made.
class Error : public std::exception {
  public:
    /// `uri` is not checked; a procedure that throws it answers its caller with all three.
    explicit Error(std::string_view uri, List args = {}, Dict kwargs = {});

    /// A WAMP error URI: the peer's own, or one of kreisel::uris and of client::uris below.
    [[nodiscard]] const std::string& uri() const noexcept { return uri_; }
    /// What is to be said about it; by custom the first is a sentence for people.
    [[nodiscard]] const List& args() const noexcept { return args_; }
    /// The same by name.
    [[nodiscard]] const Dict& kwargs() const noexcept { return kwargs_; }
    /// `wamp.error.no_such_procedure: no callee for com.example.add`: the URI, and behind it the
    /// first argument or the `message` of kwargs if that is text.
    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

    /// Equal by uri, args and kwargs.
    bool operator==(const Error& other) const {
        return uri_ == other.uri_ && args_ == other.args_ && kwargs_ == other.kwargs_;
    }

  private:
    std::string uri_;
    List args_;
    Dict kwargs_;
    std::string text_;
};

/// A T, or the Error why there is none; as std::expected of newer C++.
template <class T>
using Result = tl::expected<T, Error>;

/// To return instead of a Result: `return fail(Error("com.example.error.full"))`.
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}
/// With one sentence for people as the first argument.
[[nodiscard]] inline tl::unexpected<Error> fail(std::string_view uri, std::string text) {
    return fail(Error(uri, List{std::move(text)}));
}

/// Errors that the client finds itself; no router sends them.
namespace uris {
using namespace kreisel::uris;

/// No connection, or it was lost before the answer came. Args: why.
inline constexpr std::string_view not_connected = "kreisel.error.not_connected";
/// The session was closed or destroyed by its owner.
inline constexpr std::string_view closed = "kreisel.error.closed";
/// What came cannot be turned into the type that was asked for. Args: where and why.
inline constexpr std::string_view wrong_type = "kreisel.error.wrong_type";
/// More than the configured number of things wait.
inline constexpr std::string_view too_many = "kreisel.error.too_many";
/// The router broke the protocol. Args: how.
inline constexpr std::string_view broken_router = "kreisel.error.broken_router";
}  // namespace uris

}  // namespace kreisel::client
