#include "client/values/structs.hpp"

#include "client/core/error.hpp"
#include "common/wamp/errors.hpp"

namespace kreisel::client::detail {

std::string one_of(const std::string_view* names, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) text += i + 1 == count ? " or " : ", ";
        text.append("\"").append(names[i]).append("\"");
    }
    return text;
}

void refuse_nameless(const std::string& names) {
    throw Error(kreisel::uris::invalid_argument, {"a value of an enum to send must be " + names});
}

}  // namespace kreisel::client::detail
