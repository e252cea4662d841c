#pragma once
// CookieTable: for whom a cookie of the router's stands. Only the hash of a cookie's value is kept,
// so that nobody who reads memory or a dump can log in by it.
//
// Pure and not thread safe: CookieJar (router/server) locks it. Bounded: with `cookies_max` in it,
// the one that would expire first makes room.

#include "common/base/clock.hpp"
#include "router/access/peer_facts.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kreisel {

class CookieTable {
  public:
    void set_cookies_max(std::size_t cookies_max) { cookies_max_ = cookies_max; }

    /// `value` stands for `login` until that expires.
    void put(std::string_view value, CookieLogin login, WallTime now);
    [[nodiscard]] std::optional<CookieLogin> find(std::string_view value, WallTime now) const;
    void erase(std::string_view value);
    [[nodiscard]] std::size_t size() const { return logins_.size(); }

  private:
    void make_room(WallTime now);

    std::size_t cookies_max_ = 0;
    std::unordered_map<std::string, CookieLogin> logins_;  ///< by SHA-256 of the value
};

/// The value of the cookie `name` in a Cookie header; empty: it is not there, or is none of ours.
[[nodiscard]] std::string cookie_value(std::string_view header, std::string_view name);

/// Hex digits of a cookie's value.
inline constexpr std::size_t cookie_digits = 64;

}  // namespace kreisel
