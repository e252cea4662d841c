// permessage-deflate: any octets inflate in any cuts to what zlib makes of them and never beyond
// the limit; any message deflates and inflates to itself; any offer is answered as our own client
// takes it. First octet: window and limit.
#include "common/base/check.hpp"
#include "common/wire/deflate.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <zlib.h>

namespace {

using namespace kreisel;
using Bytes = std::span<const std::uint8_t>;

struct Inflated {
    Inflater::Outcome outcome = Inflater::Outcome::fine;
    std::string text;
    bool operator==(const Inflated&) const = default;
};

Inflated inflate_in_steps(Bytes input, std::size_t bytes_max, std::size_t step) {
    Inflater inflater;
    ByteWriter output;
    Inflated result;
    while (!input.empty() && result.outcome == Inflater::Outcome::fine) {
        const std::size_t count = std::min(step, input.size());
        result.outcome = inflater.feed(input.first(count), bytes_max, output);
        input = input.subspan(count);
    }
    if (result.outcome == Inflater::Outcome::fine) {
        result.outcome = inflater.finish(bytes_max, output);
    }
    // One octet over it shows that there are more.
    const bool is_too_big = result.outcome == Inflater::Outcome::too_big;
    CHECK(output.size() <= bytes_max + (is_too_big ? 1 : 0), "never beyond the limit");
    if (result.outcome == Inflater::Outcome::fine) result.text = output.text();
    return result;
}

/// What zlib itself makes of it in one go, or nothing.
std::optional<std::string> referee(Bytes input) {
    std::string whole(reinterpret_cast<const char*>(input.data()), input.size());
    whole.append("\x00\x00\xff\xff", 4);
    std::string text(1U << 20U, '\0');
    z_stream stream{};
    CHECK(inflateInit2(&stream, -15) == Z_OK, "zlib starts");
    stream.next_in = reinterpret_cast<Bytef*>(whole.data());
    stream.avail_in = static_cast<uInt>(whole.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    const int code = inflate(&stream, Z_SYNC_FLUSH);
    // Between two blocks, neither within one nor behind the last.
    const bool is_at_border = (stream.data_type & (128 + 64 + 7)) == 128;
    const bool is_whole =
        code == Z_OK && stream.avail_in == 0 && stream.avail_out > 0 && is_at_border;
    text.resize(text.size() - stream.avail_out);
    inflateEnd(&stream);
    return is_whole ? std::optional(text) : std::nullopt;
}

void check_inflate(Bytes input, std::size_t bytes_max) {
    const Inflated whole = inflate_in_steps(input, bytes_max, SIZE_MAX);
    for (const std::size_t step : {1U, 5U}) {
        CHECK(inflate_in_steps(input, bytes_max, step) == whole, "cuts make no difference");
    }
    const auto wanted = referee(input);
    if (wanted && wanted->size() < bytes_max) {
        CHECK(whole.outcome == Inflater::Outcome::fine && whole.text == *wanted, "as zlib does");
    }
    if (whole.outcome == Inflater::Outcome::fine && wanted) {
        CHECK(whole.text == *wanted, "what is fine is what zlib says");
    }
}

void check_round_trip(Bytes message, unsigned window_bits) {
    ByteWriter deflated;
    if (!deflate_message(message, window_bits, deflated)) {
        CHECK(deflated.size() == 0, "nothing is appended");
        return;
    }
    CHECK(deflated.size() < message.size(), "it became smaller");
    const Inflated again = inflate_in_steps(deflated.span(), message.size(), SIZE_MAX);
    CHECK(again.outcome == Inflater::Outcome::fine, "our own output inflates");
    CHECK(again.text == std::string(message.begin(), message.end()), "to the message");
}

void check_offer(std::string_view text) {
    const auto offers = read_extensions(text);
    if (!offers) return;
    const auto answer = accept_deflate(*offers);
    if (!answer) return;
    CHECK(answer->terms.server_window_bits <= 15 && answer->terms.client_window_bits <= 15,
          "windows are within zlib's");
    const auto read = read_extensions(answer->header);
    CHECK(read.has_value(), "what we answer is in the grammar");
    const auto terms = check_deflate_answer(*read);
    CHECK(terms && terms->server_window_bits == answer->terms.server_window_bits,
          "our client takes it, and reads the same window");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t size_max = 16U << 10U;
    if (size == 0 || size > size_max) return 0;
    const Bytes rest(data + 1, size - 1);
    check_inflate(rest, std::size_t{16} << (data[0] & 7U));
    check_round_trip(rest, 8 + (data[0] >> 3U) % 8);
    check_offer({reinterpret_cast<const char*>(rest.data()), rest.size()});
    return 0;
}
