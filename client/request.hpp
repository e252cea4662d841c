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

/// A URI and functions of namespace `with`, in braces; a URI alone converts to it.
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

/// The options of operations, as functions that go behind the URI.
namespace with {

// --- of every operation that is answered ---

/// Fails with wamp.error.timeout after so long; 0: never. Of all operations.
inline auto timeout(Milliseconds value) {
    return [value](auto& request) { request.options.timeout = value; };
}
/// Fails with wamp.error.canceled when the token's source says so. Of all operations.
inline auto stop(std::stop_token token) {
    return [token = std::move(token)](auto& request) { request.stop = token; };
}
/// An option that has no word here; goes out as it is. Of all operations.
inline auto option(std::string key, Value value) {
    return [key = std::move(key), value = std::move(value)](auto& request) {
        request.options.extra.set(key, value);
    };
}

// --- calls and publications ---

/// Whether callee or subscribers are told who this is; a router may forbid it.
inline auto disclose_me(bool value = true) {
    return [value](auto& request) { request.options.disclose_me = value; };
}
/// What has the same key goes to the same callee or subscriber of several.
inline auto rkey(std::string key) {
    return [key = std::move(key)](auto& request) { request.options.rkey = key; };
}
/// The payload is one that the router does not read: `scheme` and `serializer` tell the receiver
/// how to. The only argument is the payload, as octets.
inline auto passthru(std::string scheme, std::optional<std::string> serializer = std::nullopt) {
    return [scheme = std::move(scheme), serializer = std::move(serializer)](auto& request) {
        request.options.passthru = Passthru{scheme, serializer, std::nullopt, std::nullopt};
    };
}

// --- calls ---

/// How the call ends if it is given up. Of calls.
inline auto cancel_mode(CancelMode mode) {
    return [mode](auto& request) { request.options.cancel_mode = mode; };
}
/// How many parts may wait to be taken, 1 or more, and what happens then. Of streams.
inline auto parts(std::size_t parts_max, PartsOverflow overflow = PartsOverflow::cancel) {
    return [parts_max, overflow](auto& request) {
        request.options.parts_max = parts_max;
        request.options.parts_overflow = overflow;
    };
}

// --- publications ---

/// The operation completes when the router has the event. Of publications.
inline auto acknowledge(bool value = true) {
    return [value](auto& request) { request.options.acknowledge = value; };
}
/// Whether the publisher does not get its own event, as is the rule. Of publications.
inline auto exclude_me(bool value) {
    return [value](auto& request) { request.options.exclude_me = value; };
}
/// The router keeps the event for later subscribers. Of publications.
inline auto retain(bool value = true) {
    return [value](auto& request) { request.options.retain = value; };
}
/// These sessions do not get the event. Of publications, as are the next five.
inline auto exclude(std::vector<SessionId> sessions) {
    return [sessions = std::move(sessions)](auto& request) { request.options.exclude = sessions; };
}
/// These users do not get it.
inline auto exclude_authid(std::vector<std::string> names) {
    return [names = std::move(names)](auto& request) { request.options.exclude_authid = names; };
}
/// These roles do not get it.
inline auto exclude_authrole(std::vector<std::string> names) {
    return [names = std::move(names)](auto& request) { request.options.exclude_authrole = names; };
}
/// Only these sessions get it; an empty list: nobody.
inline auto eligible(std::vector<SessionId> sessions) {
    return [sessions = std::move(sessions)](auto& request) { request.options.eligible = sessions; };
}
/// Only these users get it.
inline auto eligible_authid(std::vector<std::string> names) {
    return [names = std::move(names)](auto& request) { request.options.eligible_authid = names; };
}
/// Only these roles get it.
inline auto eligible_authrole(std::vector<std::string> names) {
    return [names = std::move(names)](auto& request) { request.options.eligible_authrole = names; };
}

// --- subscriptions and registrations ---

/// The URI is a pattern. Of subscriptions and registrations.
inline auto match(MatchPolicy policy) {
    return [policy](auto& request) { request.options.match = policy; };
}

// --- subscriptions ---

/// The event that the router keeps of the topic comes first. Of subscriptions.
inline auto get_retained(bool value = true) {
    return [value](auto& request) { request.options.get_retained = value; };
}
/// The part of the keys that this subscriber serves. Of subscriptions.
inline auto nkey(std::string key) {
    return [key = std::move(key)](auto& request) { request.options.nkey = key; };
}

// --- registrations ---

/// Others may provide the procedure, too, and this is how one is chosen. Of registrations.
inline auto invoke(InvokePolicy policy) {
    return [policy](auto& request) { request.options.invoke = policy; };
}
/// How many calls this callee takes at a time; 0: any number. Of registrations.
inline auto concurrency(std::uint32_t calls) {
    return [calls](auto& request) { request.options.concurrency = calls; };
}
/// Takes the procedure over from whoever has it. Of registrations.
inline auto force_reregister(bool value = true) {
    return [value](auto& request) { request.options.force_reregister = value; };
}
/// Asks the router to tell who calls. Of registrations.
inline auto disclose_caller(bool value = true) {
    return [value](auto& request) { request.options.disclose_caller = value; };
}
/// The callee keeps the time of calls, not the router. Of registrations.
inline auto forward_timeout(bool value = true) {
    return [value](auto& request) { request.options.forward_timeout = value; };
}

}  // namespace with

}  // namespace kreisel::client
