// Outbox: order, partial writes, control bytes at frame boundaries only.
#include "router/server/outbox.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

using namespace kreisel;

namespace {

SharedBytes bytes(std::string_view text) { return SharedBytes::copy_of(text); }

std::span<const std::uint8_t> span_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Writes `step` bytes at a time until the outbox is empty.
std::string drain(Outbox& outbox, std::size_t step) {
    std::string written;
    while (!outbox.empty()) {
        std::array<iovec, 8> buffers;
        const std::size_t count = outbox.gather(buffers, 1 << 20);
        std::string batch;
        for (std::size_t i = 0; i < count; ++i) {
            batch.append(static_cast<const char*>(buffers[i].iov_base), buffers[i].iov_len);
        }
        const std::size_t sent = std::min(step, batch.size());
        written += batch.substr(0, sent);
        outbox.consume(sent);
    }
    return written;
}

Frame two_fragments() {
    Frame frame;
    frame.first = bytes("<h1");
    frame.more = {bytes("body1>"), bytes("<h2"), bytes("body2>")};
    frame.fragment_pieces = {2, 4};
    frame.size = 18;
    return frame;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(outbox)

BOOST_AUTO_TEST_CASE(any_cut_of_writes_gives_the_same_bytes) {
    for (std::size_t step = 1; step < 30; ++step) {
        Outbox outbox;
        outbox.push(bytes("one."));
        outbox.push(two_fragments());
        outbox.push(bytes("three."));

        BOOST_TEST(drain(outbox, step) == "one.<h1body1><h2body2>three.");
        BOOST_TEST(outbox.bytes() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_pong_overtakes_queued_frames_but_never_cuts_one) {
    Outbox outbox;
    outbox.push(bytes("first."));
    outbox.push(bytes("second."));
    std::array<iovec, 8> buffers;
    BOOST_TEST(outbox.gather(buffers, 1 << 20) == 2U);
    outbox.consume(3);

    outbox.push_control(span_of("(pong)"));

    BOOST_TEST(drain(outbox, 100) == "st.(pong)second.");
}

BOOST_AUTO_TEST_CASE(a_pong_goes_between_the_fragments_of_a_large_message) {
    Outbox outbox;
    outbox.push(two_fragments());
    std::array<iovec, 8> buffers;
    static_cast<void>(outbox.gather(buffers, 1 << 20));
    outbox.consume(1);

    outbox.push_control(span_of("(pong)"));

    BOOST_TEST(drain(outbox, 2) == "h1body1>(pong)<h2body2>");
}

BOOST_AUTO_TEST_CASE(bytes_counts_what_is_still_to_be_written) {
    Outbox outbox;
    outbox.push(bytes("12345"));
    outbox.push(bytes("67890"));

    outbox.consume(7);

    BOOST_TEST(outbox.bytes() == 3U);
    BOOST_TEST(outbox.pieces() == 1U);
}

BOOST_AUTO_TEST_CASE(drop_unsent_keeps_the_rest_of_a_frame_that_is_partly_written) {
    Outbox outbox;
    outbox.push(two_fragments());
    outbox.push(bytes("later."));
    outbox.consume(1);

    outbox.drop_unsent();
    outbox.push(bytes("(close)"));

    BOOST_TEST(drain(outbox, 100) == "h1body1>(close)");
}

BOOST_AUTO_TEST_CASE(drop_unsent_at_a_boundary_keeps_nothing) {
    Outbox outbox;
    outbox.push(bytes("one."));
    outbox.push(bytes("two."));
    outbox.consume(4);

    outbox.drop_unsent();

    BOOST_TEST(outbox.empty());
}

BOOST_AUTO_TEST_SUITE_END()
