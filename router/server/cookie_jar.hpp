#pragma once
// CookieJar: the one CookieTable of the router, for all shards.
//
// Knows that threads exist: one mutex, taken when a WebSocket is opened and when a log-in begins or
// ends, never while calling out (ADR 20). Any thread.

#include "common/wire/websocket.hpp"
#include "router/access/cookie_table.hpp"
#include "router/config/config.hpp"

#include <mutex>

namespace kreisel {

class CookieJar {
  public:
    void set_cookies_max(std::size_t cookies_max);
    void put(const std::string& value, CookieLogin login, WallTime now);
    [[nodiscard]] std::optional<CookieLogin> find(const std::string& value, WallTime now);
    void erase(const std::string& value);

  private:
    std::mutex mutex_;
    CookieTable table_;
};

/// Puts the value of the client's cookie into `info.cookie`. One that stands for nobody is replaced
/// by a new one, which the returned text of Set-Cookie gives to the client: whoever planted it
/// there must not learn what it comes to stand for. On a shard.
[[nodiscard]] std::string offer_cookie(const CookieConfig& config, CookieJar& jar,
                                       UpgradeInfo& info);

}  // namespace kreisel
