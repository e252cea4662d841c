#include "common/wamp/uri.hpp"

namespace kreisel {

namespace {

// White space of Unicode as JavaScript's and Python's \s know it, in UTF-8; `uri` is valid UTF-8.
bool is_wide_space(std::string_view uri, std::size_t at) {
    const auto octet = [&](std::size_t offset) {
        return at + offset < uri.size() ? static_cast<unsigned char>(uri[at + offset]) : 0U;
    };
    switch (octet(0)) {
        case 0xC2:
            return octet(1) == 0x85 || octet(1) == 0xA0;
        case 0xE1:
            return octet(1) == 0x9A && octet(2) == 0x80;
        case 0xE2:
            if (octet(1) == 0x80) {
                return (octet(2) >= 0x80 && octet(2) <= 0x8A) || octet(2) == 0xA8 ||
                       octet(2) == 0xA9 || octet(2) == 0xAF;
            }
            return octet(1) == 0x81 && octet(2) == 0x9F;
        case 0xE3:
            return octet(1) == 0x80 && octet(2) == 0x80;
        case 0xEF:
            return octet(1) == 0xBB && octet(2) == 0xBF;
        default:
            return false;
    }
}

bool is_allowed(std::string_view uri, std::size_t at, UriRule rule) {
    const auto c = static_cast<unsigned char>(uri[at]);
    if (rule == UriRule::strict)
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (c >= 0x80) return !is_wide_space(uri, at);
    const bool is_space = c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
    return !is_space && c != '#';
}

}  // namespace

bool is_valid_uri(std::string_view uri, UriRule rule, EmptyComponents empty) {
    if (empty == EmptyComponents::none && uri.empty()) return false;
    bool is_component_empty = true;
    for (std::size_t at = 0; at < uri.size(); ++at) {
        if (uri[at] == '.') {
            if (is_component_empty && empty != EmptyComponents::anywhere) return false;
            is_component_empty = true;
            continue;
        }
        if (!is_allowed(uri, at, rule)) return false;
        is_component_empty = false;
    }
    return !is_component_empty || empty != EmptyComponents::none;
}

bool is_reserved_uri(std::string_view uri) {
    return uri.substr(0, 4) == "wamp" && (uri.size() == 4 || uri[4] == '.');
}

}  // namespace kreisel
