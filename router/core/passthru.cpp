#include "router/core/passthru.hpp"

#include <string>
#include <string_view>

namespace kreisel {

namespace {

constexpr std::string_view attributes[] = {"ppt_scheme", "ppt_serializer", "ppt_cipher",
                                           "ppt_keyid"};

}  // namespace

bool has_scheme(const Dict& options) {
    const auto scheme = options.find_text("ppt_scheme");
    return scheme && !scheme->empty();
}

void append_passthru(const Dict& from, Dict& to) {
    for (const std::string_view attribute : attributes) {
        const Value* value = from.find(attribute);
        if (value != nullptr) to.append(std::string(attribute), *value);
    }
}

void erase_passthru(Dict& details) {
    if (details.empty()) return;
    for (const std::string_view attribute : attributes) details.erase(attribute);
}

}  // namespace kreisel
