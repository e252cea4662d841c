// PROXY headers of both versions, in any cut.
#include "common/wire/proxy_header.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace std::string_literals;
using State = ProxyHeaderReader::State;

namespace {

const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string v4_addresses = "\xcb\x00\x71\x07\xc6\x33\x64\x01\xc7\x38\x01\xbb"s;

std::span<const std::uint8_t> octets_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

struct Outcome {
    State state = State::undecided;
    std::string source;
    bool is_encrypted = false;
    std::string fault;
    std::size_t taken = 0;
    bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(const ProxyHeaderReader& reader, std::size_t taken) {
    Outcome outcome{reader.state(), "", reader.header().is_encrypted, std::string(reader.fault()),
                    taken};
    if (const auto& source = reader.header().source) {
        outcome.source = source->address.to_text() + " " + std::to_string(source->port);
    }
    return outcome;
}

/// At once, and octet by octet, which must come to the same.
Outcome read(const std::string& text) {
    ProxyHeaderReader at_once;
    const std::size_t taken = at_once.feed(octets_of(text));
    const Outcome outcome = outcome_of(at_once, taken);
    ProxyHeaderReader in_pieces;
    std::size_t sum = 0;
    for (const char& c : text) sum += in_pieces.feed(octets_of({&c, 1}));
    BOOST_TEST((outcome_of(in_pieces, sum) == outcome), "cuts make a difference");
    return outcome;
}

std::string binary(char command, char family, const std::string& body) {
    std::string text = signature + command + family;
    text += static_cast<char>(body.size() >> 8U);
    text += static_cast<char>(body.size() & 0xffU);
    return text + body;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proxy_header)

BOOST_AUTO_TEST_CASE(line_tells_address_and_port_and_what_follows_is_left) {
    const std::string line = "PROXY TCP4 203.0.113.7 198.51.100.1 51000 443\r\n";

    const Outcome outcome = read(line + "GET / HTTP/1.1\r\n");

    BOOST_TEST((outcome.state == State::whole));
    BOOST_TEST(outcome.source == "203.0.113.7 51000");
    BOOST_TEST(outcome.taken == line.size());
}

BOOST_AUTO_TEST_CASE(line_tells_ipv6_and_mapped_ipv4) {
    BOOST_TEST(read("PROXY TCP6 2001:db8::7 2001:db8::1 1 2\r\n").source == "2001:db8::7 1");
    BOOST_TEST(read("PROXY TCP6 ::ffff:10.0.0.1 ::1 65535 0\r\n").source == "10.0.0.1 65535");
}

BOOST_AUTO_TEST_CASE(unknown_leaves_the_address) {
    for (const char* line : {"PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff::1 whatever it is\r\n"}) {
        const Outcome outcome = read(line);
        BOOST_TEST((outcome.state == State::whole));
        BOOST_TEST(outcome.source == "");
    }
}

BOOST_AUTO_TEST_CASE(malformed_lines_are_faults) {
    for (const char* line :
         {"PROXY \r\n", "PROXY TCP4\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
          "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n", "PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n",
          "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n",
          "PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n",
          "PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n", "PROXY TCP4 ::1 ::2 1 2\r\n",
          "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n",
          "PROXY tcp4 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n",
          "PROXY TCP4 a b c d\r\n"}) {
        const Outcome outcome = read(line);
        BOOST_TEST((outcome.state == State::faulty), line);
        BOOST_TEST(!outcome.fault.empty());
    }
}

BOOST_AUTO_TEST_CASE(line_over_107_octets_is_a_fault) {
    const Outcome outcome = read("PROXY UNKNOWN " + std::string(200, 'x'));

    BOOST_TEST((outcome.state == State::faulty));
    BOOST_TEST(outcome.taken == 107U);
}

BOOST_AUTO_TEST_CASE(other_protocols_have_no_header) {
    for (const std::string& text : {"GET / HTTP/1.1\r\n"s, "PROX"s + "Y\t"s, "\x16\x03\x01"s,
                                    "\x7f\xf1\0\0"s, "\r\nGET"s, "PUT /"s}) {
        const Outcome outcome = read(text);
        BOOST_TEST((outcome.state == State::absent));
        BOOST_TEST(outcome.taken <= text.size());
    }
    BOOST_TEST((read("PROX").state == State::undecided));
}

BOOST_AUTO_TEST_CASE(binary_header_tells_address_and_port) {
    const std::string header = binary('\x21', '\x11', v4_addresses);

    const Outcome outcome = read(header + "more");

    BOOST_TEST((outcome.state == State::whole));
    BOOST_TEST(outcome.source == "203.0.113.7 51000");
    BOOST_TEST(outcome.taken == header.size());
    BOOST_TEST(!outcome.is_encrypted);
    const std::string v6 = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x07" +
                           std::string(16, '\1') + "\x12\x34\x56\x78";
    BOOST_TEST(read(binary('\x21', '\x21', v6)).source == "2001:db8::7 4660");
}

BOOST_AUTO_TEST_CASE(binary_header_tells_of_tls_at_the_proxy) {
    const std::string other = "\x01\x00\x02h2"s;
    const std::string with_tls = "\x20\x00\x05\x01\0\0\0\0"s;
    const std::string without = "\x20\x00\x05\x00\0\0\0\0"s;

    BOOST_TEST(read(binary('\x21', '\x11', v4_addresses + other + with_tls)).is_encrypted);
    BOOST_TEST(!read(binary('\x21', '\x11', v4_addresses + without)).is_encrypted);
}

BOOST_AUTO_TEST_CASE(local_and_unspecified_leave_the_address) {
    for (const std::string& text :
         {binary('\x20', '\x00', ""), binary('\x20', '\x11', "short"), binary('\x21', '\x00', ""),
          binary('\x21', '\x31', std::string(216, 'x'))}) {
        const Outcome outcome = read(text);
        BOOST_TEST((outcome.state == State::whole));
        BOOST_TEST(outcome.source == "");
        BOOST_TEST(outcome.taken == text.size());
    }
}

BOOST_AUTO_TEST_CASE(malformed_binary_headers_are_faults) {
    for (const std::string& text :
         {binary('\x11', '\x11', v4_addresses), binary('\x22', '\x11', v4_addresses),
          binary('\x21', '\x12', v4_addresses), binary('\x21', '\x11', "short"),
          binary('\x21', '\x31', "short"), binary('\x21', '\x11', v4_addresses + "\x20"s),
          binary('\x21', '\x11', v4_addresses + "\x20\x00\x09x"s),
          binary('\x21', '\x11', std::string(5000, 'x'))}) {
        const Outcome outcome = read(text);
        BOOST_TEST((outcome.state == State::faulty));
        BOOST_TEST(!outcome.fault.empty());
        BOOST_TEST(outcome.taken <= ProxyHeaderReader::bytes_max);
    }
}

BOOST_AUTO_TEST_SUITE_END()
