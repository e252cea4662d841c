#pragma once
// Results: what a procedure returns as the payload of its answer, and what a caller makes of it.
//
//     Payload payload = make_result(Encoding::msgpack, std::tuple(7, "home"));   // two results
//     auto one = read_result<int>(payload);                            // the first
//     auto two = read_result<std::tuple<int, std::string>>(payload);   // both
//     auto all = read_result<Reply>(payload);                          // args and kwargs as they
//     are
//
// More results than were asked for are ignored, so that a procedure may learn to say more. A
// std::pair is one result, a list of two; so is a std::tuple within anything else.

#include "client/values/arguments.hpp"

#include <tuple>
#include <type_traits>
#include <utility>

namespace kreisel::client {

/// All of a result: for a caller who looks for himself, or a procedure that answers with kwargs.
struct Reply {
    List args;    ///< results by their place
    Dict kwargs;  ///< results by name
    bool operator==(const Reply&) const = default;
};

namespace detail {

template <class T>
inline constexpr bool is_tuple = false;
template <class... T>
inline constexpr bool is_tuple<std::tuple<T...>> = true;

template <class... T>
[[nodiscard]] tl::expected<std::tuple<T...>, Mismatch> read_results(const Payload& payload,
                                                                    const std::tuple<T...>*) {
    return read_all<T...>(payload, "result", Surplus::ignored);
}
[[nodiscard]] Reply read_reply(const Payload& payload);
[[nodiscard]] Payload in_encoding(const Payload& payload, Encoding encoding);

template <class T>
[[nodiscard]] constexpr bool is_result() {
    if constexpr (is_tuple<T>) {
        return true;
    } else {
        return std::is_void_v<T> || std::same_as<T, Reply> || std::same_as<T, Payload> ||
               Parameter<T>;
    }
}

}  // namespace detail

/// What a caller may ask for.
template <class T>
concept ResultType = detail::is_result<T>();

/// `payload` as a T: void for nothing at all, std::tuple for several results, Kwargs<T> for named
/// ones, Reply or Payload for everything, any other type for the first result.
template <ResultType T>
[[nodiscard]] tl::expected<T, Mismatch> read_result(const Payload& payload) {
    if constexpr (std::is_void_v<T>) {
        return {};
    } else if constexpr (std::same_as<T, Payload>) {
        return payload;
    } else if constexpr (std::same_as<T, Reply>) {
        return detail::read_reply(payload);
    } else if constexpr (detail::is_tuple<T>) {
        return detail::read_results(payload, static_cast<const T*>(nullptr));
    } else {
        auto read = detail::read_all<T>(payload, "result", Surplus::ignored);
        if (!read) return tl::unexpected<Mismatch>(std::move(read.error()));
        return std::get<0>(std::move(*read));
    }
}

/// The payload of an answer: std::tuple as several results, Reply, Payload, kwargs() or one value.
/// Throws Error if it cannot be sent, as make_arguments() does.
template <class T>
[[nodiscard]] Payload make_result(Encoding encoding, const T& result) {
    if constexpr (std::same_as<T, Payload>) {
        return detail::in_encoding(result, encoding);
    } else if constexpr (std::same_as<T, Reply>) {
        return make_arguments(encoding, Rest{result.args}, KwargsArgument<Dict>{result.kwargs});
    } else if constexpr (detail::is_tuple<T>) {
        return std::apply(
            [encoding](const auto&... value) { return make_arguments(encoding, value...); },
            result);
    } else {
        return make_arguments(encoding, result);
    }
}

}  // namespace kreisel::client
