#include "common/wire/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kreisel {

namespace {

constexpr std::string_view text_signature = "PROXY ";
constexpr std::array<std::uint8_t, 12> binary_signature = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                                           0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
/// Section 2.1: the longest line of version 1, with its line end.
constexpr std::size_t text_bytes_max = 107;
/// Section 2.2: signature, version and command, family, length.
constexpr std::size_t binary_head_bytes = 16;

constexpr std::uint8_t family_tcp4 = 0x11;
constexpr std::uint8_t family_tcp6 = 0x21;
constexpr std::uint8_t attribute_ssl = 0x20;
constexpr std::uint8_t ssl_client_flag = 0x01;

std::string_view text_of(std::span<const std::uint8_t> octets) {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

std::size_t number_at(std::span<const std::uint8_t> octets, std::size_t at) {
    return static_cast<std::size_t>(octets[at]) << 8U | octets[at + 1];
}

/// How many octets at the front agree with `signature`.
template <class Signature>
std::size_t agreement(std::span<const std::uint8_t> octets, const Signature& signature) {
    std::size_t count = 0;
    while (count < octets.size() && count < signature.size() &&
           octets[count] == static_cast<std::uint8_t>(signature[count])) {
        ++count;
    }
    return count;
}

std::optional<std::uint16_t> read_port(std::string_view text) {
    std::uint16_t port = 0;
    const bool has_zero_ahead = text.size() > 1 && text.front() == '0';
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (has_zero_ahead || fault != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return port;
}

/// The fields of a line, which are parted by exactly one space.
std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t start = 0; start <= line.size();) {
        const std::size_t end = std::min(line.find(' ', start), line.size());
        fields.push_back(line.substr(start, end - start));
        start = end + 1;
    }
    return fields;
}

}  // namespace

std::size_t ProxyHeaderReader::wanted() const {
    if (state_ != State::undecided) return 0;
    // Until the signature is whole the octets may be somebody else's.
    if (buffer_.size() < binary_signature.size()) return 1;
    if (buffer_.front() == binary_signature.front()) {
        if (buffer_.size() < binary_head_bytes) return binary_head_bytes - buffer_.size();
        return binary_head_bytes + number_at(buffer_, binary_head_bytes - 2) - buffer_.size();
    }
    // What follows the line end is the connection's own, so it is looked for octet by octet.
    return 1;
}

std::size_t ProxyHeaderReader::feed(std::span<const std::uint8_t> octets) {
    std::size_t taken = 0;
    while (taken < octets.size() && state_ == State::undecided) {
        const std::size_t count = std::min(wanted(), octets.size() - taken);
        const auto piece = octets.subspan(taken, count);
        buffer_.insert(buffer_.end(), piece.begin(), piece.end());
        taken += count;
        judge();
    }
    return taken;
}

void ProxyHeaderReader::fail(std::string_view why) {
    state_ = State::faulty;
    fault_ = why;
}

void ProxyHeaderReader::judge() {
    const std::size_t as_text = agreement(buffer_, text_signature);
    const std::size_t as_binary = agreement(buffer_, binary_signature);
    if (as_text == text_signature.size()) return judge_text();
    if (as_binary == binary_signature.size()) return judge_binary();
    if (std::max(as_text, as_binary) < buffer_.size()) state_ = State::absent;
}

void ProxyHeaderReader::judge_text() {
    if (buffer_.back() != '\n') {
        if (buffer_.size() >= text_bytes_max) fail("the PROXY line is over 107 octets");
        return;
    }
    const std::string_view line = text_of(buffer_);
    if (line.size() < 2 || line[line.size() - 2] != '\r') {
        return fail("the PROXY line does not end with CR LF");
    }
    const auto fields = fields_of(line.substr(0, line.size() - 2));
    if (fields.size() > 1 && fields[1] == "UNKNOWN") {
        state_ = State::whole;  // section 2.1: what follows UNKNOWN is ignored
        return;
    }
    constexpr std::size_t field_count = 6;
    if (fields.size() != field_count || (fields[1] != "TCP4" && fields[1] != "TCP6")) {
        return fail("the PROXY line has not the form 'PROXY TCP4 from to port port'");
    }
    const auto source = IpAddress::parse(fields[2]);
    const auto destination = IpAddress::parse(fields[3]);
    const bool is_v6 = fields[1] == "TCP6";
    // TCP6 may tell of mapped IPv4 addresses; their text has colons.
    const auto fits = [is_v6](std::string_view text) {
        return (text.find(':') != std::string_view::npos) == is_v6;
    };
    if (!source || !destination || !fits(fields[2]) || !fits(fields[3])) {
        return fail("an address of the PROXY line is none");
    }
    const auto port = read_port(fields[4]);
    if (!port || !read_port(fields[5])) return fail("a port of the PROXY line is none");
    header_.source = {*source, *port};
    state_ = State::whole;
}

void ProxyHeaderReader::judge_binary() {
    if (buffer_.size() < binary_head_bytes) return;
    const std::span<const std::uint8_t> octets(buffer_);
    const std::uint8_t version = octets[12] >> 4U;
    const std::uint8_t command = octets[12] & 0x0fU;
    if (version != 2) return fail("the version of the binary PROXY header is not 2");
    if (command > 1) return fail("the command of the PROXY header is neither LOCAL nor PROXY");
    const std::size_t length = number_at(octets, binary_head_bytes - 2);
    if (binary_head_bytes + length > bytes_max) return fail("the PROXY header is over 4 KiB");
    if (octets.size() < binary_head_bytes + length) return;
    state_ = State::whole;
    if (command == 0) return;  // LOCAL, a health check of the proxy: what follows is ignored
    read_addresses(octets[13], octets.subspan(binary_head_bytes, length));
}

void ProxyHeaderReader::read_addresses(std::uint8_t family, std::span<const std::uint8_t> body) {
    constexpr std::size_t unix_bytes = 216;
    constexpr std::size_t port_bytes = 4;
    std::size_t address_bytes = 0;
    if (family == family_tcp4) address_bytes = 4;
    if (family == family_tcp6) address_bytes = 16;
    std::size_t used = 0;
    if (address_bytes > 0) {
        used = 2 * address_bytes + port_bytes;
    } else if (family == 0x31) {
        used = unix_bytes;
    } else if (family != 0) {
        return fail("the PROXY header is about another protocol than TCP");
    }
    if (body.size() < used) return fail("the PROXY header is shorter than its addresses");
    if (address_bytes > 0) {
        header_.source = {*IpAddress::of_octets(body.first(address_bytes)),
                          static_cast<std::uint16_t>(number_at(body, 2 * address_bytes))};
    }
    read_attributes(body.subspan(used));
}

void ProxyHeaderReader::read_attributes(std::span<const std::uint8_t> attributes) {
    constexpr std::size_t head = 3;
    while (!attributes.empty()) {
        if (attributes.size() < head) return fail("an attribute of the PROXY header is cut off");
        const std::size_t length = number_at(attributes, 1);
        if (attributes.size() < head + length) {
            return fail("an attribute of the PROXY header is cut off");
        }
        if (attributes[0] == attribute_ssl && length > 0) {
            header_.is_encrypted = (attributes[head] & ssl_client_flag) != 0;
        }
        attributes = attributes.subspan(head + length);
    }
}

}  // namespace kreisel
