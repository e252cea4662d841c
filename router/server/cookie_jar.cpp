// Knows that threads exist: shards ask here side by side.
#include "router/server/cookie_jar.hpp"

#include "common/auth/octets.hpp"
#include "common/base/check.hpp"
#include "router/server/shard.hpp"

#include <array>

namespace kreisel {

void CookieJar::set_cookies_max(std::size_t cookies_max) {
    const std::lock_guard lock(mutex_);
    table_.set_cookies_max(cookies_max);
}

void CookieJar::put(const std::string& value, CookieLogin login, WallTime now) {
    const std::lock_guard lock(mutex_);
    table_.put(value, std::move(login), now);
}

std::optional<CookieLogin> CookieJar::find(const std::string& value, WallTime now) {
    if (value.empty()) return std::nullopt;
    const std::lock_guard lock(mutex_);
    return table_.find(value, now);
}

void CookieJar::erase(const std::string& value) {
    if (value.empty()) return;
    const std::lock_guard lock(mutex_);
    table_.erase(value);
}

std::string offer_cookie(const CookieConfig& config, CookieJar& jar, UpgradeInfo& info) {
    Shard* shard = Shard::current();
    CHECK(shard != nullptr, "connections are opened on shards");
    info.cookie = cookie_value(info.cookie, config.name);
    if (jar.find(info.cookie, SystemClock{}.wall())) return {};
    std::array<std::uint8_t, cookie_digits / 2> octets{};
    shard->random().fill(octets);
    info.cookie = to_hex({reinterpret_cast<const char*>(octets.data()), octets.size()});
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(config.max_age).count();
    std::string header = config.name + "=" + info.cookie + "; Path=" + config.path +
                         "; Max-Age=" + std::to_string(age) + "; HttpOnly";
    if (config.is_secure) header += "; Secure";
    switch (config.same_site) {
        case CookieConfig::SameSite::strict:
            return header + "; SameSite=Strict";
        case CookieConfig::SameSite::lax:
            return header + "; SameSite=Lax";
        case CookieConfig::SameSite::none:
            return header + "; SameSite=None";
    }
    return header;
}

}  // namespace kreisel
