#pragma once
// Request: what an operation of the session is about: a URI, options for it, and who may give it
// up.
//
//     session.call<int>("com.example.add", 2, 3);
//     session.call<int>({"com.example.add", with::timeout(2s), with::stop(token)}, 2, 3);
//     session.publish({"com.example.tick", with::acknowledge(), with::exclude_me(false)}, 42);
//     session.subscribe({"com.example.", with::match(MatchPolicy::prefix)}, handler);
//
// No aggregates: gcc 12 destroys `{.timeout = 2s}` twice within a co_await. Options that have no
// word here go by with::option(). What each means stands at client/core/options.hpp.

#include "client/core/options.hpp"

#include <concepts>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kreisel::client {

template <class Options>
struct Request : Target<Options> {
    /// `settings`: of namespace with, or anything that is called with the request to change it.
    template <class Text, class... Settings>
    requires std::convertible_to<const Text&, std::string_view> Request(
        const Text& text, const Settings&... settings) {
        this->uri = std::string_view(text);
        (settings(*this), ...);
    }

    /// The operation ends with wamp.error.canceled when its source says so, from any thread.
    std::stop_token stop;
};

namespace with {

// --- of every operation that is answered ---

inline auto timeout(Milliseconds value) {
    return [value](auto& request) { request.options.timeout = value; };
}
inline auto stop(std::stop_token token) {
    return [token = std::move(token)](auto& request) { request.stop = token; };
}
/// Goes out as it is.
inline auto option(std::string key, Value value) {
    return [key = std::move(key), value = std::move(value)](auto& request) {
        request.options.extra.set(key, value);
    };
}

// --- calls and publications ---

inline auto disclose_me(bool value = true) {
    return [value](auto& request) { request.options.disclose_me = value; };
}
inline auto rkey(std::string key) {
    return [key = std::move(key)](auto& request) { request.options.rkey = key; };
}
inline auto passthru(std::string scheme, std::optional<std::string> serializer = std::nullopt) {
    return [scheme = std::move(scheme), serializer = std::move(serializer)](auto& request) {
        request.options.passthru = Passthru{scheme, serializer, std::nullopt, std::nullopt};
    };
}

// --- calls ---

inline auto cancel_mode(CancelMode mode) {
    return [mode](auto& request) { request.options.cancel_mode = mode; };
}
inline auto parts(std::size_t parts_max, PartsOverflow overflow = PartsOverflow::cancel) {
    return [parts_max, overflow](auto& request) {
        request.options.parts_max = parts_max;
        request.options.parts_overflow = overflow;
    };
}

// --- publications ---

inline auto acknowledge(bool value = true) {
    return [value](auto& request) { request.options.acknowledge = value; };
}
inline auto exclude_me(bool value) {
    return [value](auto& request) { request.options.exclude_me = value; };
}
inline auto retain(bool value = true) {
    return [value](auto& request) { request.options.retain = value; };
}
inline auto exclude(std::vector<SessionId> sessions) {
    return [sessions = std::move(sessions)](auto& request) { request.options.exclude = sessions; };
}
inline auto exclude_authid(std::vector<std::string> names) {
    return [names = std::move(names)](auto& request) { request.options.exclude_authid = names; };
}
inline auto exclude_authrole(std::vector<std::string> names) {
    return [names = std::move(names)](auto& request) { request.options.exclude_authrole = names; };
}
inline auto eligible(std::vector<SessionId> sessions) {
    return [sessions = std::move(sessions)](auto& request) { request.options.eligible = sessions; };
}
inline auto eligible_authid(std::vector<std::string> names) {
    return [names = std::move(names)](auto& request) { request.options.eligible_authid = names; };
}
inline auto eligible_authrole(std::vector<std::string> names) {
    return [names = std::move(names)](auto& request) { request.options.eligible_authrole = names; };
}

// --- subscriptions and registrations ---

inline auto match(MatchPolicy policy) {
    return [policy](auto& request) { request.options.match = policy; };
}

// --- subscriptions ---

inline auto get_retained(bool value = true) {
    return [value](auto& request) { request.options.get_retained = value; };
}
inline auto nkey(std::string key) {
    return [key = std::move(key)](auto& request) { request.options.nkey = key; };
}

// --- registrations ---

inline auto invoke(InvokePolicy policy) {
    return [policy](auto& request) { request.options.invoke = policy; };
}
inline auto concurrency(std::uint32_t calls) {
    return [calls](auto& request) { request.options.concurrency = calls; };
}
inline auto force_reregister(bool value = true) {
    return [value](auto& request) { request.options.force_reregister = value; };
}
inline auto disclose_caller(bool value = true) {
    return [value](auto& request) { request.options.disclose_caller = value; };
}
inline auto forward_timeout(bool value = true) {
    return [value](auto& request) { request.options.forward_timeout = value; };
}

}  // namespace with

}  // namespace kreisel::client
