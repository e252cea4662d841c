#include "client/values/scalars.hpp"

namespace kreisel::client::detail {

std::string integer_name(std::int64_t min, std::uint64_t max) {
    std::string text = "an integer";
    if (min == INT64_MIN) return text;
    return text + " in [" + std::to_string(min) + ", " + std::to_string(max) + "]";
}

}  // namespace kreisel::client::detail
