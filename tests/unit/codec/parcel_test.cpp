// Parcels: one frame per encoding and framing, its bytes for every size, its pieces and fragments,
// and payloads transcoded once.
#include "common/codec/parcel.hpp"

#include "codec_helpers.hpp"
#include "common/wire/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

using namespace kreisel;
using namespace kreisel::codec_test;

namespace {

std::string wire_bytes(const Frame& frame) {
    std::string bytes(frame.first.text());
    for (const SharedBytes& piece : frame.more) bytes += piece.text();
    return bytes;
}

Message event_of(std::size_t size, Encoding encoding) {
    return Event{SubscriptionId{7},
                 PublicationId{8},
                 {},
                 make_payload({std::string(size, 'x')}, {}, encoding)};
}

std::string header_of(Framing framing, Encoding encoding, std::size_t size) {
    ByteWriter header;
    append_server_header(framing, encoding, size, header);
    return std::string(header.text());
}

/// Content of the WebSocket message in `bytes`, its fragments joined; checks their order.
std::string joined(const std::string& bytes, unsigned opcode) {
    std::string content;
    std::size_t at = 0;
    bool is_last = false;
    while (!is_last) {
        const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes.at(i)); };
        is_last = (octet(at) & 0x80U) != 0;
        BOOST_TEST((octet(at) & 0x0fU) == (content.empty() ? opcode : 0U));
        std::size_t size = octet(at + 1);
        std::size_t header = 2;
        if (size >= 126) {
            header += size == 126 ? 2 : 8;
            size = 0;
            for (std::size_t i = at + 2; i < at + header; ++i) size = size << 8U | octet(i);
        }
        BOOST_TEST(size <= fragment_bytes_max);
        content += bytes.substr(at + header, size);
        at += header + size;
    }
    BOOST_TEST(at == bytes.size());
    return content;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parcel)

BOOST_AUTO_TEST_CASE(small_messages_are_one_piece_behind_their_header) {
    for (const std::size_t size : {0U, 10U, 100U, 125U, 200U, 16000U}) {
        for (const Encoding encoding : all_encodings) {
            for (unsigned f = 0; f < framing_count; ++f) {
                const auto framing = static_cast<Framing>(f);
                const auto parcel = ParcelPtr::make(event_of(size, Encoding::json));
                const std::string message = encode_text(parcel->message(), encoding);

                const Frame& frame = parcel->frame(encoding, framing);

                const bool is_json_batch =
                    framing == Framing::websocket_batched && encoding == Encoding::json;
                BOOST_TEST(frame.more.empty());
                BOOST_TEST(frame.message_size == message.size());
                BOOST_TEST(frame.size == frame.first.size());
                BOOST_TEST((wire_bytes(frame) == header_of(framing, encoding, message.size()) +
                                                     message + (is_json_batch ? "\x1e" : "")));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(large_payloads_are_not_copied) {
    for (const Encoding encoding : all_encodings) {
        const auto parcel = ParcelPtr::make(event_of(20000, encoding));
        const SharedBytes& payload = payload_of(parcel->message())->bytes;

        const Frame& frame = parcel->frame(encoding, Framing::rawsocket);

        BOOST_REQUIRE(!frame.more.empty());
        BOOST_TEST(frame.more[0].data() == payload.data());
        BOOST_TEST(frame.size == wire_bytes(frame).size());
        BOOST_TEST(frame.fragment_pieces.empty());
        const std::string message = encode_text(parcel->message(), encoding);
        BOOST_TEST((wire_bytes(frame) ==
                    header_of(Framing::rawsocket, encoding, message.size()) + message));
    }
}

BOOST_AUTO_TEST_CASE(messages_over_256_kb_go_out_in_fragments) {
    for (const std::size_t size : {262100U, 262144U, 262200U, 524288U, 1000000U}) {
        for (const Encoding encoding : all_encodings) {
            for (const Framing framing : {Framing::websocket, Framing::websocket_batched}) {
                const auto parcel = ParcelPtr::make(event_of(size, encoding));
                std::string message = encode_text(parcel->message(), encoding);
                const std::size_t message_size = message.size();
                if (framing == Framing::websocket_batched && encoding == Encoding::json) {
                    message += '\x1e';
                } else if (framing == Framing::websocket_batched) {
                    ByteWriter prefix;
                    prefix.put_big_endian(message_size, 4);
                    message.insert(0, prefix.text());
                }

                const Frame& frame = parcel->frame(encoding, framing);

                const std::size_t fragments =
                    (message.size() + fragment_bytes_max - 1) / fragment_bytes_max;
                BOOST_TEST(frame.message_size == message_size);
                BOOST_TEST(frame.size == wire_bytes(frame).size());
                BOOST_TEST(frame.fragment_pieces.size() == fragments - 1);
                BOOST_TEST((joined(wire_bytes(frame), is_text(encoding) ? 1 : 2) == message));
                for (const std::uint32_t pieces : frame.fragment_pieces) {
                    // What stands behind a gap is the header of a continuation.
                    BOOST_REQUIRE(pieces - 1 < frame.more.size());
                    BOOST_TEST((frame.more[pieces - 1].data()[0] & 0x0fU) == 0U);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_message_beyond_rawsocket_has_no_frame) {
    const auto parcel = ParcelPtr::make(event_of(17U << 20U, Encoding::msgpack));

    const Frame& frame = parcel->frame(Encoding::msgpack, Framing::rawsocket);

    BOOST_TEST(frame.size == 0U);
    BOOST_TEST(frame.message_size > rawsocket_message_bytes_max);
}

BOOST_AUTO_TEST_CASE(a_frame_is_made_once_and_a_payload_transcoded_once) {
    const auto before = parcel_counters();
    const auto parcel = ParcelPtr::make(event_of(100, Encoding::json));

    const Frame* frame = &parcel->frame(Encoding::cbor, Framing::websocket);

    BOOST_TEST(&parcel->frame(Encoding::cbor, Framing::websocket) == frame);
    static_cast<void>(parcel->frame(Encoding::cbor, Framing::rawsocket));
    static_cast<void>(parcel->frame(Encoding::json, Framing::websocket));
    BOOST_TEST(parcel_counters().transcodes == before.transcodes + 1);
}

BOOST_AUTO_TEST_CASE(threads_that_race_get_the_same_frame) {
    for (int round = 0; round < 200; ++round) {
        const auto before = parcel_counters();
        const auto parcel = ParcelPtr::make(event_of(3000, Encoding::json));
        std::array<const Frame*, 4> seen{};
        {
            std::vector<std::jthread> threads;
            for (auto& frame : seen) {
                threads.emplace_back([&frame, copy = parcel] {
                    frame = &copy->frame(Encoding::msgpack, Framing::websocket);
                });
            }
        }

        for (const Frame* frame : seen) BOOST_TEST(frame == seen[0]);
        const auto after = parcel_counters();
        BOOST_TEST(after.transcodes - before.transcodes ==
                   after.transcodes_lost - before.transcodes_lost + 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()
