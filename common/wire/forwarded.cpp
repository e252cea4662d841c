#include "common/wire/forwarded.hpp"

#include "common/wire/http_head.hpp"

#include <algorithm>
#include <cstdint>

namespace kreisel {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto start = text.find_first_not_of(" \t");
    if (start == std::string_view::npos) return {};
    return text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

enum class Quotes : std::uint8_t { mean_nothing, hide_separators };

/// The parts between `separator`. A quote that is left open makes all of it unreadable: it would
/// hide what honest proxies appended.
std::vector<std::string_view> parts_of(std::string_view text, char separator, Quotes quotes) {
    std::vector<std::string_view> parts;
    bool is_quoted = false;
    std::size_t start = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"' && quotes == Quotes::hide_separators) is_quoted = !is_quoted;
        if (text[at] == '\\' && is_quoted) ++at;
        if (at < text.size() && text[at] == separator && !is_quoted) {
            parts.push_back(trimmed(text.substr(start, at - start)));
            start = at + 1;
        }
    }
    if (is_quoted) return {};
    parts.push_back(trimmed(text.substr(start)));
    return parts;
}

bool is_secure(std::string_view protocol) {
    return equals_ignoring_case(protocol, "https") || equals_ignoring_case(protocol, "wss");
}

std::string_view unquoted(std::string_view text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        return text.substr(1, text.size() - 2);
    }
    return text;
}

/// One hop of the way: who, as seen by the proxy on the right of it, and how it came there.
struct Hop {
    std::string_view node;
    bool is_encrypted = false;
};

/// From the right: trusted proxies are passed over; the first that is none is the client. What
/// cannot be read hides all that is left of it.
ForwardedPeer find_client(const std::vector<Hop>& hops, const TrustedProxies& trusted) {
    ForwardedPeer peer;
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
        const auto address = address_of_peer(unquoted(hop->node));
        if (!address) return peer;
        peer.address = address;
        peer.is_encrypted = hop->is_encrypted;
        if (!trusted.contains(*address)) return peer;
    }
    return peer;
}

}  // namespace

bool TrustedProxies::contains(const IpAddress& address) const {
    return std::any_of(networks.begin(), networks.end(),
                       [&](const IpNetwork& network) { return network.contains(address); });
}

bool TrustedProxies::contains_peer(std::string_view peer) const {
    if (empty()) return false;
    const auto address = address_of_peer(peer);
    return address ? contains(*address) : has_unix && peer == "unix";
}

ForwardedPeer read_x_forwarded(std::string_view addresses, std::string_view protocols,
                               const TrustedProxies& trusted) {
    const auto steps = parts_of(protocols, ',', Quotes::mean_nothing);
    // The two lists need not have the same length, so no step may have been in the clear.
    const bool is_encrypted = std::all_of(steps.begin(), steps.end(), is_secure);
    std::vector<Hop> hops;
    for (const std::string_view node : parts_of(addresses, ',', Quotes::mean_nothing)) {
        hops.push_back({node, is_encrypted});
    }
    ForwardedPeer peer = find_client(hops, trusted);
    peer.is_encrypted = is_encrypted;
    return peer;
}

ForwardedPeer read_forwarded(std::string_view header, const TrustedProxies& trusted) {
    std::vector<Hop> hops;
    for (const std::string_view element : parts_of(header, ',', Quotes::hide_separators)) {
        Hop hop;
        for (const std::string_view pair : parts_of(element, ';', Quotes::hide_separators)) {
            const std::size_t equals = pair.find('=');
            if (equals == std::string_view::npos) continue;
            const std::string_view name = trimmed(pair.substr(0, equals));
            const std::string_view value = trimmed(pair.substr(equals + 1));
            if (equals_ignoring_case(name, "for")) hop.node = value;
            if (equals_ignoring_case(name, "proto")) hop.is_encrypted = is_secure(unquoted(value));
        }
        hops.push_back(hop);
    }
    return find_client(hops, trusted);
}

}  // namespace kreisel
