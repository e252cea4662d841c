#include "common/wire/http_head.hpp"

#include <algorithm>
#include <cstring>

namespace kreisel {

namespace {

constexpr std::size_t fields_max = 100;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Visible characters and, within values, space, tab and octets over 127 (RFC 9110 5.5).
bool is_value_character(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet == '\t' || (octet >= 0x20 && octet != 0x7f);
}

bool is_target_character(char c) { return c > 0x20 && c < 0x7f && c != '#'; }

std::string_view trimmed(std::string_view text) {
    const auto start = text.find_first_not_of(" \t");
    if (start == std::string_view::npos) return {};
    return text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

/// `HTTP/1.x`: the minor version in `head`; else a fault.
HttpFault read_version(std::string_view version, HttpHead& head) {
    const bool is_well_formed = version.size() == 8 && version.substr(0, 5) == "HTTP/" &&
                                is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
    if (!is_well_formed) return {400, "malformed HTTP version"};
    if (version[5] != '1') return {505, "only HTTP/1.1 is spoken here"};
    head.minor_version = static_cast<unsigned>(version[7] - '0');
    return {};
}

HttpFault read_request_line(std::string_view line, HttpHead& head) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return {400, "malformed request line"};
    head.method = line.substr(0, first);
    if (head.method == "PROXY") {
        return {400, "a PROXY header, but proxy_protocol is off for this listener"};
    }
    head.target = line.substr(first + 1, last - first - 1);
    if (head.method.empty() ||
        !std::all_of(head.method.begin(), head.method.end(), is_token_character)) {
        return {400, "malformed method"};
    }
    if (head.target.empty() ||
        !std::all_of(head.target.begin(), head.target.end(), is_target_character)) {
        return {400, "malformed request target"};
    }
    return read_version(line.substr(last + 1), head);
}

HttpFault read_status_line(std::string_view line, HttpHead& head) {
    const auto version = line.substr(0, line.find(' '));
    if (const auto fault = read_version(version, head)) return fault;
    const auto rest = line.substr(std::min(line.size(), version.size() + 1));
    const bool is_well_formed = rest.size() >= 3 && is_digit(rest[0]) && is_digit(rest[1]) &&
                                is_digit(rest[2]) && (rest.size() == 3 || rest[3] == ' ');
    if (!is_well_formed) return {400, "malformed status line"};
    if (!std::all_of(rest.begin(), rest.end(), is_value_character)) {
        return {400, "malformed status line"};
    }
    head.status =
        static_cast<unsigned>((rest[0] - '0') * 100 + (rest[1] - '0') * 10 + rest[2] - '0');
    head.reason = trimmed(rest.substr(3));
    return {};
}

HttpFault read_field(std::string_view line, HttpHead& head) {
    if (line.front() == ' ' || line.front() == '\t') return {400, "folded header line"};
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return {400, "header line without a colon"};
    const auto name = line.substr(0, colon);
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_token_character)) {
        return {400, "malformed header name"};
    }
    const auto value = trimmed(line.substr(colon + 1));
    if (!std::all_of(value.begin(), value.end(), is_value_character)) {
        return {400, "control character in a header value"};
    }
    if (head.fields.size() == fields_max) return {431, "more than 100 header lines"};
    head.fields.push_back({name, value});
    return {};
}

using StartLine = HttpFault (*)(std::string_view, HttpHead&);

HttpHeadResult read_head(std::string_view text, StartLine read_start_line) {
    HttpHeadResult result;
    bool is_first = true;
    for (std::size_t start = 0; start < text.size();) {
        const auto end = text.find("\r\n", start);
        if (end == std::string_view::npos) {
            result.fault = {400, "line without an end"};
            return result;
        }
        const auto line = text.substr(start, end - start);
        start = end + 2;
        if (line.empty() && !is_first) break;
        result.fault =
            is_first ? read_start_line(line, result.head) : read_field(line, result.head);
        if (result.fault) return result;
        is_first = false;
    }
    if (is_first) result.fault = {400, "empty head"};
    return result;
}

}  // namespace

std::size_t HeadCollector::feed(std::span<const std::uint8_t> octets) {
    std::size_t taken = 0;
    while (taken < octets.size() && !is_whole_ && !fault_) {
        const auto* from = octets.data() + taken;
        const std::size_t left = std::min(octets.size() - taken, bytes_max_ - text_.size());
        const void* found = std::memchr(from, '\n', left);
        const std::size_t count =
            found == nullptr
                ? left
                : static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - from) + 1;
        const std::size_t start = text_.size();
        text_.append(reinterpret_cast<const char*>(from), count);
        taken += count;
        fault_ = fault_of_new(start);
        if (!fault_ && found != nullptr) {
            is_whole_ = text_.size() - line_start_ == 2;
            line_start_ = text_.size();
        }
        if (!fault_ && !is_whole_ && text_.size() >= bytes_max_) {
            fault_ = {431, "request head is too long"};
        }
    }
    return taken;
}

HttpFault HeadCollector::fault_of_new(std::size_t start) {
    // TLS or another protocol on this port need not run into the limit.
    if (start == 0 && !is_token_character(text_.front())) return {400, "no HTTP request"};
    if (text_.back() == '\n' && (text_.size() < 2 || text_[text_.size() - 2] != '\r')) {
        return {400, "line ends without a carriage return"};
    }
    return {};
}

std::string_view HttpHead::value_of(std::string_view name) const {
    for (const auto& field : fields) {
        if (equals_ignoring_case(field.name, name)) return field.value;
    }
    return {};
}

std::size_t HttpHead::count_of(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(
        fields.begin(), fields.end(),
        [name](const Field& field) { return equals_ignoring_case(field.name, name); }));
}

bool HttpHead::has_element(std::string_view name, std::string_view token) const {
    const auto elements = elements_of(name);
    return std::any_of(elements.begin(), elements.end(), [token](std::string_view element) {
        return equals_ignoring_case(element, token);
    });
}

std::vector<std::string_view> HttpHead::elements_of(std::string_view name) const {
    std::vector<std::string_view> elements;
    for (const auto& field : fields) {
        if (!equals_ignoring_case(field.name, name)) continue;
        for (std::size_t start = 0; start <= field.value.size();) {
            const auto comma = std::min(field.value.find(',', start), field.value.size());
            const auto element = trimmed(field.value.substr(start, comma - start));
            if (!element.empty()) elements.push_back(element);
            start = comma + 1;
        }
    }
    return elements;
}

HttpHeadResult read_request_head(std::string_view text) {
    return read_head(text, read_request_line);
}

HttpHeadResult read_response_head(std::string_view text) {
    return read_head(text, read_status_line);
}

bool is_token_character(char c) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
           marks.find(c) != std::string_view::npos;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view reason_phrase(unsigned status) {
    switch (status) {
        case 101:
            return "Switching Protocols";
        case 200:
            return "OK";
        case 400:
            return "Bad Request";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 426:
            return "Upgrade Required";
        case 431:
            return "Request Header Fields Too Large";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Error";
    }
}

}  // namespace kreisel
