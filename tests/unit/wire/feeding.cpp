// Feeds bytes to a protocol in every cut (feeding.hpp).

#include "feeding.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <random>

namespace kreisel::wire_test {

Seen fed(const MakeWire& make, std::string_view input,
         const std::function<std::size_t()>& next_size) {
    const auto wire = make();
    Seen seen;
    WireEvents events;
    while (!input.empty()) {
        const std::size_t count = std::min(input.size(), next_size());
        events.clear();
        // A copy of its own, so that a sanitizer sees a read beyond it.
        const std::vector<std::uint8_t> piece(input.begin(),
                                              input.begin() + static_cast<long>(count));
        wire->feed(piece, events);
        input.remove_prefix(count);

        BOOST_TEST(!(seen.end && (events.end || !events.messages.empty())),
                   "nothing comes after the end");
        seen.has_opened = seen.has_opened || events.has_opened;
        seen.has_pong = seen.has_pong || events.has_pong;
        const auto output = events.output.text();
        std::size_t done = 0;
        for (const auto& message : events.messages) {
            seen.trace += output.substr(done, message.output_offset - done);
            done = message.output_offset;
            seen.trace += "<" + std::to_string(seen.messages.size()) + ">";
            seen.messages.emplace_back(message.bytes.text());
            seen.are_text.push_back(message.is_text);
        }
        seen.trace += output.substr(done);
        seen.output += output;
        if (events.end) seen.end = events.end;
    }
    return seen;
}

Seen fed_in_all_cuts(const MakeWire& make, std::string_view input) {
    const auto whole = fed(make, input, [] { return SIZE_MAX; });
    const auto check = [&](const Seen& cut, const std::string& way) {
        BOOST_TEST_CONTEXT(way) {
            BOOST_TEST(cut.has_opened == whole.has_opened);
            BOOST_TEST(cut.has_pong == whole.has_pong);
            BOOST_TEST((cut.messages == whole.messages));
            BOOST_TEST((cut.are_text == whole.are_text));
            BOOST_TEST((cut.trace == whole.trace));
            BOOST_TEST_REQUIRE(cut.end.has_value() == whole.end.has_value());
            if (!whole.end) return;
            BOOST_TEST((cut.end->cause == whole.end->cause));
            BOOST_TEST(cut.end->code == whole.end->code);
            BOOST_TEST(cut.end->reason == whole.end->reason);
        }
    };
    check(fed(make, input, [] { return std::size_t{1}; }), "octet by octet");
    for (unsigned seed = 1; seed <= 12; ++seed) {
        std::mt19937 random(seed);
        const std::size_t longest = std::size_t{1} << (seed % 12 + 1);
        check(fed(make, input, [&] { return 1 + random() % longest; }),
              "random cuts, seed " + std::to_string(seed));
    }
    return whole;
}

namespace {

std::string framed(unsigned first, std::string_view payload, bool is_masked) {
    std::string out(1, static_cast<char>(first));
    const unsigned mask_bit = is_masked ? 0x80 : 0;
    const auto put = [&out](std::uint64_t value, unsigned octets) {
        for (unsigned i = octets; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xff);
    };
    if (payload.size() < 126) {
        put(mask_bit | payload.size(), 1);
    } else if (payload.size() <= 0xffff) {
        put(mask_bit | 126, 1);
        put(payload.size(), 2);
    } else {
        put(mask_bit | 127, 1);
        put(payload.size(), 8);
    }
    if (!is_masked) return out + std::string(payload);
    const std::string key = "\x37\xfa\x21\x3d";
    out += key;
    for (std::size_t i = 0; i < payload.size(); ++i) {
        out += static_cast<char>(payload[i] ^ key[i % 4]);
    }
    return out;
}

std::string close_payload(unsigned code, std::string_view reason) {
    std::string payload(1, static_cast<char>(code >> 8U));
    payload += static_cast<char>(code & 0xffU);
    return payload + std::string(reason);
}

}  // namespace

std::string frame(unsigned opcode, std::string_view payload, FrameOptions options) {
    const unsigned first = (options.is_final ? 0x80U : 0U) | options.first_octet_or | opcode;
    return framed(first, payload, options.is_masked);
}

std::string close_frame(unsigned code, std::string_view reason) {
    return frame(closing, close_payload(code, reason));
}

std::string server_frame(unsigned opcode, std::string_view payload) {
    return framed(0x80U | opcode, payload, false);
}

std::string server_close(unsigned code, std::string_view reason) {
    return server_frame(closing, close_payload(code, reason));
}

std::string upgrade_request(std::string_view fields, std::string_view path) {
    return "GET " + std::string(path) +
           " HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n"
           "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
           "Sec-WebSocket-Version: 13\r\n" +
           std::string(fields) + "\r\n";
}

std::shared_ptr<WebSocketServerSettings> plain_settings() {
    auto settings = std::make_shared<WebSocketServerSettings>();
    settings->message_bytes_max = 100000;
    return settings;
}

std::shared_ptr<WebSocketServerSettings> wamp_settings() {
    auto settings = plain_settings();
    settings->paths = {"/ws"};
    settings->subprotocols = {"wamp.2.json", "wamp.2.msgpack", "wamp.2.json.batched",
                              "wamp.2.msgpack.batched", "wamp.2.cbor.batched"};
    return settings;
}

MakeWire server_of(std::shared_ptr<WebSocketServerSettings> settings) {
    return [settings = std::move(settings)] { return make_websocket_server(settings); };
}

Seen after_upgrade(std::string_view frames, std::shared_ptr<WebSocketServerSettings> settings,
                   std::string_view fields) {
    if (settings == nullptr) settings = plain_settings();
    const std::string path = settings->paths.empty() ? "/" : settings->paths.front();
    auto seen =
        fed_in_all_cuts(server_of(settings), upgrade_request(fields, path) + std::string(frames));
    BOOST_TEST_REQUIRE(seen.has_opened);
    for (auto* all : {&seen.output, &seen.trace}) {
        all->erase(0, all->find("\r\n\r\n") + 4);
    }
    return seen;
}

int status_of(const Seen& seen) {
    if (seen.output.substr(0, 9) != "HTTP/1.1 ") return 0;
    return std::atoi(seen.output.c_str() + 9);
}

}  // namespace kreisel::wire_test
