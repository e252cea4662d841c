#include "client/values/structs.hpp"

namespace kreisel::client::detail {

std::string one_of(const std::string_view* names, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) text += i + 1 == count ? " or " : ", ";
        text.append("\"").append(names[i]).append("\"");
    }
    return text;
}

}  // namespace kreisel::client::detail
