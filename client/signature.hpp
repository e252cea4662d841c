#pragma once
// Signature: the parameter and result types of a handler, from the handler itself.
//
//     using Taken = detail::SignatureOf<decltype([](int, std::string) { return true; })>;
//     Taken::Parameters   // std::tuple<int, std::string>
//     Taken::Returned     // bool
//
// Handlers are functions, lambdas and other objects with one call operator. One with `auto`
// parameters does not say what it takes.

// clang-format off
#include <utility>  // boost/asio/awaitable.hpp of Boost 1.74 needs it before itself
#include <boost/asio/awaitable.hpp>
// clang-format on

#include <cstddef>
#include <tuple>
#include <type_traits>

namespace kreisel::client::detail {

template <class R, class... P>
struct Signature {
    using Returned = R;
    using Parameters = std::tuple<std::decay_t<P>...>;
};

template <class F>
struct SignatureReader : SignatureReader<decltype(&F::operator())> {};
template <class R, class... P>
struct SignatureReader<R (*)(P...)> : Signature<R, P...> {};
template <class R, class... P>
struct SignatureReader<R(P...)> : Signature<R, P...> {};
template <class R, class C, class... P>
struct SignatureReader<R (C::*)(P...)> : Signature<R, P...> {};
template <class R, class C, class... P>
struct SignatureReader<R (C::*)(P...) const> : Signature<R, P...> {};
template <class R, class C, class... P>
struct SignatureReader<R (C::*)(P...) noexcept> : Signature<R, P...> {};
template <class R, class C, class... P>
struct SignatureReader<R (C::*)(P...) const noexcept> : Signature<R, P...> {};

template <class F>
using SignatureOf = SignatureReader<std::decay_t<F>>;

/// A handler whose parameters can be told.
template <class F>
concept Handler = requires {
    typename SignatureOf<F>::Parameters;
};

#if defined(BOOST_ASIO_HAS_CO_AWAIT)
template <class T>
inline constexpr bool is_awaitable = false;
template <class T, class Executor>
inline constexpr bool is_awaitable<boost::asio::awaitable<T, Executor>> = true;
#else
template <class T>
inline constexpr bool is_awaitable = false;
#endif

/// The parameters that are values of the payload, as a tuple: those that IsMade does not name as
/// made by the library.
template <template <class> class IsMade, class Parameters>
struct ValueParameters;
template <template <class> class IsMade, class... P>
struct ValueParameters<IsMade, std::tuple<P...>> {
    using Type = decltype(std::tuple_cat(
        std::declval<std::conditional_t<IsMade<P>::value, std::tuple<>, std::tuple<P>>>()...));
};

/// How many of the parameters before `place` are values.
template <template <class> class IsMade, class... P>
[[nodiscard]] constexpr std::size_t value_place(std::size_t place) {
    constexpr bool is_value[] = {!IsMade<P>::value..., false};
    std::size_t count = 0;
    for (std::size_t i = 0; i < place; ++i) count += is_value[i] ? 1 : 0;
    return count;
}

template <template <class> class IsMade, std::size_t Place, class T, class Values, class Make>
[[nodiscard]] T parameter(Values& values, const Make& make) {
    if constexpr (IsMade<T>::value) {
        return make(std::type_identity<T>());
    } else {
        return std::get<Place>(std::move(values));
    }
}

/// Calls `handler` with `values` and what `make(std::type_identity<T>)` makes, each in its place.
template <template <class> class IsMade, class F, class Values, class Make, class... P>
decltype(auto) call_with(F& handler, Values& values, const Make& make, const std::tuple<P...>*) {
    return [&]<std::size_t... I>(std::index_sequence<I...>)->decltype(auto) {
        return handler(parameter<IsMade, value_place<IsMade, P...>(I), P>(values, make)...);
    }
    (std::index_sequence_for<P...>());
}

}  // namespace kreisel::client::detail
