#pragma once
// Request: what an operation of the session is about: a URI, options for it, and who may give it
// up.
//
//     session.call<int>("com.example.add", 2, 3);
//     session.call<int>({"com.example.add", {.timeout = 2s}}, 2, 3);
//     session.call<int>({"com.example.add", {}, source.get_token()}, 2, 3);  // until
//     request_stop()

#include "client/core/options.hpp"

#include <concepts>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace kreisel::client {

template <class Options>
struct Request : Target<Options> {
    template <class Text>
    requires std::convertible_to<Text, std::string_view> Request(const Text& text)
        : Target<Options>{std::string(std::string_view(text)), {}} {}
    Request(std::string_view text, Options with, std::stop_token until = {})
        : Target<Options>{std::string(text), std::move(with)}, stop(std::move(until)) {}

    /// The operation ends with wamp.error.canceled when its source says so, from any thread.
    std::stop_token stop;
};

}  // namespace kreisel::client
