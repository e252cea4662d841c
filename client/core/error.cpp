#include "client/core/error.hpp"

namespace kreisel::client {

namespace {

/// What a person wants to read of an error's arguments.
std::string_view message_of(const List& args, const Dict& kwargs) {
    if (!args.empty()) {
        if (const auto* text = args.front().get_if<std::string>()) return *text;
    }
    return kwargs.find_text("message").value_or(std::string_view());
}

}  // namespace

Error::Error(std::string_view uri, List args, Dict kwargs)
    : uri_(uri), args_(std::move(args)), kwargs_(std::move(kwargs)), text_(uri_) {
    const std::string_view message = message_of(args_, kwargs_);
    if (!message.empty()) text_.append(": ").append(message);
}

}  // namespace kreisel::client
