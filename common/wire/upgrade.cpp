#include "common/wire/upgrade.hpp"

#include "common/wire/handshake_key.hpp"
#include "common/wire/origin.hpp"

#include <algorithm>
#include <array>

namespace kreisel {

namespace {

constexpr std::string_view retry_after_seconds = "5";
/// Of what a peer says, in a text for people.
constexpr std::size_t shown_bytes_max = 200;

enum class Body : std::uint8_t { whole, head_only };

/// A refusal or page on its way to bytes.
struct Reply {
    unsigned status = 400;
    std::string text;
    std::string_view content_type = "text/plain; charset=utf-8";
    std::string fields;  ///< further header lines
    Body body = Body::whole;
};

Reply refusal(unsigned status, std::string text) {
    Reply reply;
    reply.status = status;
    reply.text = std::move(text);
    return reply;
}

UpgradeAnswer answer_of(const Reply& reply, const WebSocketServerSettings& settings) {
    UpgradeAnswer answer;
    const std::string status_line =
        std::to_string(reply.status) + " " + std::string(reason_phrase(reply.status));
    std::string& out = answer.response;
    out = "HTTP/1.1 " + status_line + "\r\n";
    if (!settings.server_name.empty()) out += "Server: " + settings.server_name + "\r\n";
    out += "Content-Type: ";
    out += reply.content_type;
    const bool is_page = reply.status == 200;
    const std::string body = is_page ? reply.text : reply.text + "\n";
    out += "\r\nContent-Length: " + std::to_string(body.size());
    out += "\r\nX-Content-Type-Options: nosniff\r\n" + reply.fields + "Connection: close\r\n\r\n";
    if (reply.body == Body::whole) out += body;
    WireEnd end;
    end.cause = is_page ? WireEnd::Cause::served : WireEnd::Cause::refused;
    end.code = is_page ? close_code::normal : close_code::protocol_error;
    end.reason = is_page ? status_line : status_line + ": " + reply.text;
    answer.end = std::move(end);
    return answer;
}

/// Path without query; the authority of an absolute target is skipped (RFC 9112 3.2.2). Empty if
/// the target names no path.
std::string_view path_of(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://", "ws://", "wss://"}) {
        if (!equals_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
        const auto authority = target.substr(scheme.size());
        const auto slash = authority.find_first_of("/?");
        if (slash == std::string_view::npos || authority[slash] == '?') return "/";
        target = authority.substr(slash);
        break;
    }
    if (target.front() != '/') return {};
    return target.substr(0, target.find('?'));
}

/// Faults that make a request mean two things to two readers, or that HTTP forbids.
std::optional<Reply> refuse_shape(const HttpHead& head) {
    if (head.count_of("Transfer-Encoding") != 0) return refusal(400, "a request body is not taken");
    if (head.count_of("Content-Length") > 1) return refusal(400, "more than one Content-Length");
    const auto length = head.value_of("Content-Length");
    if (head.count_of("Content-Length") == 1 && length != "0" &&
        (head.method == "GET" || head.method == "HEAD")) {
        return refusal(400, "a request body is not taken");
    }
    const auto hosts = head.count_of("Host");
    if (hosts > 1) return refusal(400, "more than one Host header");
    if (hosts == 0 && head.minor_version > 0) return refusal(400, "Host header is missing");
    return std::nullopt;
}

/// What is wrong with the handshake fields themselves (RFC 6455 4.2.1).
std::optional<Reply> refuse_handshake(const HttpHead& head) {
    if (head.minor_version < 1) return refusal(400, "a WebSocket upgrade needs HTTP/1.1");
    if (!head.has_element("Upgrade", "websocket")) {
        return refusal(400,
                       "the header \"Upgrade: websocket\" is missing; a proxy in between must pass "
                       "it on");
    }
    if (!head.has_element("Connection", "upgrade")) {
        return refusal(400,
                       "the header \"Connection: Upgrade\" is missing; a proxy in between must "
                       "pass it on");
    }
    if (head.count_of("Sec-WebSocket-Version") > 1) {
        return refusal(400, "more than one Sec-WebSocket-Version");
    }
    if (head.value_of("Sec-WebSocket-Version") != "13") {
        auto reply = refusal(426, "only version 13 of the WebSocket protocol is spoken here");
        reply.fields = "Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n";
        return reply;
    }
    if (head.count_of("Sec-WebSocket-Key") != 1 ||
        !is_handshake_key(head.value_of("Sec-WebSocket-Key"))) {
        return refusal(400, "Sec-WebSocket-Key is not the base64 of 16 octets");
    }
    return std::nullopt;
}

Reply no_common_subprotocol(const WebSocketServerSettings& settings) {
    std::string text = "no common subprotocol; Sec-WebSocket-Protocol must name one of: ";
    for (const auto& name : settings.subprotocols) {
        if (&name != &settings.subprotocols.front()) text += ", ";
        text += name;
    }
    return refusal(400, std::move(text));
}

/// The client's order wins (RFC 6455 4.2.2).
std::string choose_subprotocol(const HttpHead& head, const WebSocketServerSettings& settings) {
    for (const auto offered : head.elements_of("Sec-WebSocket-Protocol")) {
        const auto& ours = settings.subprotocols;
        if (std::find(ours.begin(), ours.end(), offered) != ours.end()) return std::string(offered);
    }
    return {};
}

/// All values of a list header that may come in several lines as one.
std::string joined(const HttpHead& head, std::string_view name) {
    std::string result;
    for (const auto& field : head.fields) {
        if (!equals_ignoring_case(field.name, name)) continue;
        if (!result.empty()) result += ", ";
        result += field.value;
    }
    return result;
}

UpgradeAnswer answer_upgrade(const HttpHead& head, std::string_view path,
                             const WebSocketServerSettings& settings) {
    if (auto reply = refuse_handshake(head)) return answer_of(*reply, settings);
    const auto extensions = read_extensions(joined(head, "Sec-WebSocket-Extensions"));
    if (!extensions) {
        return answer_of(refusal(400, "malformed Sec-WebSocket-Extensions"), settings);
    }
    const auto origin = head.value_of("Origin");
    if (head.count_of("Origin") > 1) {
        return answer_of(refusal(400, "more than one Origin"), settings);
    }
    if (head.count_of("Origin") == 1 && !settings.origins.empty() &&
        !is_origin_allowed(origin, settings.origins)) {
        return answer_of(refusal(403, "this origin is not allowed here"), settings);
    }
    UpgradeAnswer answer;
    answer.info.subprotocol = choose_subprotocol(head, settings);
    if (answer.info.subprotocol.empty() && !settings.subprotocols.empty()) {
        return answer_of(no_common_subprotocol(settings), settings);
    }
    if (settings.is_overloaded && settings.is_overloaded()) {
        auto reply = refusal(503, "too many connections; try again later");
        reply.fields = "Retry-After: " + std::string(retry_after_seconds) + "\r\n";
        return answer_of(reply, settings);
    }
    answer.info.path = path;
    answer.info.host = head.value_of("Host");
    answer.info.origin = origin;
    answer.info.user_agent = head.value_of("User-Agent");
    answer.info.cookie = joined(head, "Cookie");
    answer.info.forwarded_for = joined(head, "X-Forwarded-For");
    answer.info.forwarded_proto = joined(head, "X-Forwarded-Proto");
    answer.info.forwarded = joined(head, "Forwarded");

    std::string& out = answer.response;
    out = "HTTP/1.1 101 Switching Protocols\r\n";
    if (!settings.server_name.empty()) out += "Server: " + settings.server_name + "\r\n";
    out += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           accept_of_key(head.value_of("Sec-WebSocket-Key")) + "\r\n";
    if (!answer.info.subprotocol.empty()) {
        out += "Sec-WebSocket-Protocol: " + answer.info.subprotocol + "\r\n";
    }
    if (settings.allow_deflate) {
        if (auto deflate = accept_deflate(*extensions)) {
            out += "Sec-WebSocket-Extensions: " + deflate->header + "\r\n";
            answer.deflate = deflate->terms;
            answer.info.has_deflate = true;
        }
    }
    if (settings.set_cookie) {
        const std::string cookie = settings.set_cookie(answer.info);
        if (!cookie.empty()) out += "Set-Cookie: " + cookie + "\r\n";
    }
    out += "\r\n";
    return answer;
}

bool wants_websocket(const HttpHead& head) {
    return head.method == "GET" &&
           (head.has_element("Upgrade", "websocket") || head.count_of("Sec-WebSocket-Key") != 0 ||
            head.count_of("Sec-WebSocket-Version") != 0);
}

}  // namespace

UpgradeAnswer answer_fault(HttpFault fault, const WebSocketServerSettings& settings) {
    return answer_of(refusal(fault.status, std::string(fault.why)), settings);
}

UpgradeAnswer answer_request(std::string_view text, const WebSocketServerSettings& settings) {
    const auto [head, fault] = read_request_head(text);
    if (fault) return answer_fault(fault, settings);
    if (auto reply = refuse_shape(head)) return answer_of(*reply, settings);
    if (head.method != "GET" && head.method != "HEAD") {
        auto reply = refusal(405, "only GET is answered here");
        reply.fields = "Allow: GET, HEAD\r\n";
        return answer_of(reply, settings);
    }
    const auto body = head.method == "HEAD" ? Body::head_only : Body::whole;
    const auto path = path_of(head.target);
    const bool is_ours =
        settings.paths.empty() ||
        std::find(settings.paths.begin(), settings.paths.end(), path) != settings.paths.end();
    const bool is_upgrade = wants_websocket(head);
    if (path.empty() || (!is_ours && (is_upgrade || path != "/"))) {
        auto reply = refusal(404, "nothing answers at this path");
        reply.body = body;
        return answer_of(reply, settings);
    }
    if (is_upgrade) return answer_upgrade(head, path, settings);
    Reply reply = refusal(426, "this is a WebSocket endpoint; connect with a WebSocket client");
    reply.fields = "Upgrade: websocket\r\n";
    if (!settings.page.empty()) {
        reply = refusal(200, settings.page);
        reply.content_type = "text/html; charset=utf-8";
    }
    reply.body = body;
    return answer_of(reply, settings);
}

bool is_sendable(const HttpField& field) {
    // RFC 9110 5.6.2 and 5.5.
    const auto is_text = [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return (octet >= ' ' && octet != 0x7f) || c == '\t';
    };
    constexpr std::array<std::string_view, 11> own = {"Host",
                                                      "Upgrade",
                                                      "Connection",
                                                      "Sec-WebSocket-Key",
                                                      "Sec-WebSocket-Version",
                                                      "Sec-WebSocket-Protocol",
                                                      "Sec-WebSocket-Extensions",
                                                      "Origin",
                                                      "User-Agent",
                                                      "Content-Length",
                                                      "Transfer-Encoding"};
    return !field.name.empty() &&
           std::all_of(field.name.begin(), field.name.end(), is_token_character) &&
           std::all_of(field.value.begin(), field.value.end(), is_text) &&
           std::none_of(own.begin(), own.end(), [&](std::string_view name) {
               return equals_ignoring_case(field.name, name);
           });
}

std::string make_upgrade_request(const WebSocketClientSettings& settings, std::string_view key) {
    std::string out = "GET " + settings.path + " HTTP/1.1\r\nHost: " + settings.host +
                      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ";
    out += key;
    out += "\r\nSec-WebSocket-Version: 13\r\n";
    for (std::size_t i = 0; i < settings.subprotocols.size(); ++i) {
        out += (i == 0 ? "Sec-WebSocket-Protocol: " : ", ") + settings.subprotocols[i];
    }
    if (!settings.subprotocols.empty()) out += "\r\n";
    if (!settings.origin.empty()) out += "Origin: " + settings.origin + "\r\n";
    if (!settings.user_agent.empty()) out += "User-Agent: " + settings.user_agent + "\r\n";
    for (const HttpField& field : settings.headers) {
        if (is_sendable(field)) out += field.name + ": " + field.value + "\r\n";
    }
    if (settings.offer_deflate) {
        out += "Sec-WebSocket-Extensions: " + std::string(deflate_offer) + "\r\n";
    }
    return out + "\r\n";
}

UpgradeOutcome judge_response(std::string_view text, const WebSocketClientSettings& settings,
                              std::string_view key) {
    const auto [head, fault] = read_response_head(text);
    const auto failed = [](std::string why) { return UpgradeOutcome{std::move(why)}; };
    if (fault) return failed("the server's answer is no HTTP: " + std::string(fault.why));
    if (head.status != 101) {
        auto outcome = failed("the server refused the upgrade: " + std::to_string(head.status) +
                              " " + std::string(head.reason.substr(0, shown_bytes_max)));
        const auto location = head.value_of("Location").substr(0, shown_bytes_max);
        if (!location.empty()) outcome.fault += "; it points to " + std::string(location);
        outcome.status = head.status;
        return outcome;
    }
    // RFC 6455 4.1, the list at its end.
    if (!equals_ignoring_case(head.value_of("Upgrade"), "websocket")) {
        return failed("the server's answer lacks \"Upgrade: websocket\"");
    }
    if (!head.has_element("Connection", "upgrade")) {
        return failed("the server's answer lacks \"Connection: Upgrade\"");
    }
    if (head.count_of("Sec-WebSocket-Accept") != 1 ||
        head.value_of("Sec-WebSocket-Accept") != accept_of_key(key)) {
        return failed("the server's Sec-WebSocket-Accept does not fit the key");
    }
    UpgradeOutcome outcome;
    outcome.subprotocol = joined(head, "Sec-WebSocket-Protocol");
    const auto& offered = settings.subprotocols;
    if (outcome.subprotocol.empty() != offered.empty() ||
        (!offered.empty() &&
         std::find(offered.begin(), offered.end(), outcome.subprotocol) == offered.end())) {
        return failed("the server chose no subprotocol of the client's");
    }
    if (head.count_of("Sec-WebSocket-Extensions") != 0) {
        const auto extensions = read_extensions(joined(head, "Sec-WebSocket-Extensions"));
        if (extensions && settings.offer_deflate)
            outcome.deflate = check_deflate_answer(*extensions);
        if (!extensions || (!extensions->empty() && !outcome.deflate)) {
            return failed("the server chose an extension that was not offered");
        }
    }
    return outcome;
}

}  // namespace kreisel
