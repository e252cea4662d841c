// Cookies of a listener: by which WebSocket clients stay logged in.

#include "router/config/schema.hpp"
#include "router/config/settings.hpp"

#include <algorithm>

namespace kreisel {

namespace {

using SameSite = CookieConfig::SameSite;

const Choices<SameSite>& same_sites() {
    static const Choices<SameSite> choices = {
        {"strict", SameSite::strict}, {"lax", SameSite::lax}, {"none", SameSite::none}};
    return choices;
}

/// A text of the characters that a cookie's name and path may have.
Setting<CookieConfig> plain_text(const std::string& key, const std::string& type,
                                 std::string CookieConfig::*member, std::string_view forbidden) {
    return scalar<CookieConfig>(
        key, type,
        [=](Reader&, const YamlNode&, const std::string& text, CookieConfig& cookie) {
            cookie.*member = text;
            return !text.empty() && std::all_of(text.begin(), text.end(), [forbidden](char c) {
                return c > ' ' && c < 127 && forbidden.find(c) == std::string_view::npos;
            });
        },
        [member](const CookieConfig& cookie) { return show_text(cookie.*member); });
}

Table<CookieConfig> cookie_table() {
    using Cookie = CookieConfig;
    return {
        plain_text("name", "a name like kreisel", &Cookie::name, "()<>@,;:\\\"/[]?={}"),
        duration("max_age", &Cookie::max_age, std::chrono::seconds{1}, std::chrono::hours{8760}),
        choice("same_site", &Cookie::same_site, same_sites()),
        plain_text("path", "a path like /ws", &Cookie::path, ";,\""),
        boolean("secure", &Cookie::is_secure)};
}

}  // namespace

Setting<ListenerConfig> cookie_setting() {
    return optional_section(
        "cookie", cookie_table(), &ListenerConfig::cookie,
        [](Reader& reader, const YamlNode& node, const CookieConfig& cookie) {
            if (cookie.same_site != SameSite::none || cookie.is_secure) return;
            reader.fail(node, "same_site: none needs secure: true; browsers take it no other way");
        });
}

void judge_cookie(Reader& reader, const YamlNode& node, const ListenerConfig& listener) {
    if (!listener.cookie) return;
    const auto& origins = listener.origins;
    const bool is_open =
        origins.empty() || std::find(origins.begin(), origins.end(), "*") != origins.end();
    const Reader::Step step(reader, "cookie");
    if (is_open) {
        reader.fail(place_of(node, "cookie"),
                    "needs origins: with the pages that may use it; a page of anybody could "
                    "connect in the name of its visitors");
    }
    if (!listener.has_websocket) {
        reader.fail(place_of(node, "cookie"), "is for listeners with transport websocket");
    }
}

}  // namespace kreisel
