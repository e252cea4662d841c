#include "router/access/cookie_table.hpp"

#include "common/auth/octets.hpp"

#include <algorithm>

namespace kreisel {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_ours(std::string_view value) {
    return value.size() == cookie_digits &&
           value.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string cookie_value(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const std::string_view pair = header.substr(0, header.find_first_of(";,"));
        header.remove_prefix(std::min(header.size(), pair.size() + 1));
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != name) continue;
        const std::string_view value = trimmed(pair.substr(equals + 1));
        if (is_ours(value)) return std::string(value);
    }
    return {};
}

void CookieTable::put(std::string_view value, CookieLogin login, WallTime now) {
    std::string key = sha256(value);
    if (logins_.size() >= cookies_max_ && logins_.count(key) == 0) make_room(now);
    logins_.insert_or_assign(std::move(key), std::move(login));
}

std::optional<CookieLogin> CookieTable::find(std::string_view value, WallTime now) const {
    const auto found = logins_.find(sha256(value));
    if (found == logins_.end() || found->second.expires <= now) return std::nullopt;
    return found->second;
}

void CookieTable::erase(std::string_view value) { logins_.erase(sha256(value)); }

void CookieTable::make_room(WallTime now) {
    std::erase_if(logins_, [now](const auto& entry) { return entry.second.expires <= now; });
    if (logins_.size() < cookies_max_) return;
    const auto first = std::min_element(
        logins_.begin(), logins_.end(),
        [](const auto& a, const auto& b) { return a.second.expires < b.second.expires; });
    logins_.erase(first);
}

}  // namespace kreisel
