#include "common/wire/deflate.hpp"

#include "common/base/check.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <zlib.h>

namespace kreisel {

namespace {

constexpr std::array<std::uint8_t, 4> sync_tail = {0x00, 0x00, 0xff, 0xff};
constexpr std::size_t step_bytes_min = 1024;
constexpr std::size_t step_bytes_max = 1U << 20U;
/// zlib's data_type: between two blocks, neither within one nor behind the last.
constexpr int at_block_border = 128;
constexpr int block_state_mask = 128 + 64 + 7;

}  // namespace

struct Inflater::State {
    z_stream stream = {};
    bool has_ended = false;  ///< a block with BFINAL was read; the next octet starts anew
};

Inflater::Inflater() : state_(std::make_unique<State>()) {
    // Minus: raw deflate. The largest window reads every smaller one.
    CHECK(inflateInit2(&state_->stream, -MAX_WBITS) == Z_OK, "zlib has memory for its state");
}

Inflater::~Inflater() { inflateEnd(&state_->stream); }

Inflater::Outcome Inflater::feed(std::span<const std::uint8_t> input, std::size_t bytes_max,
                                 ByteWriter& output) {
    auto& stream = state_->stream;
    // zlib takes the input as mutable but does not write to it.
    stream.next_in = const_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    for (;;) {
        if (state_->has_ended) {
            if (stream.avail_in == 0) return Outcome::fine;
            if (inflateReset(&stream) != Z_OK) return Outcome::broken;
            state_->has_ended = false;
        }
        // One octet over the limit is room enough to see that there is more than allowed.
        const std::size_t before = output.size();
        const std::size_t wish = std::max({step_bytes_min, input.size() * 2, before});
        const std::size_t step = std::min(
            {bytes_max - std::min(bytes_max, before) + 1, wish, std::size_t{step_bytes_max}});
        stream.next_out = output.extend(step);
        stream.avail_out = static_cast<uInt>(step);
        const int status = inflate(&stream, Z_SYNC_FLUSH);
        const bool is_full = stream.avail_out == 0;
        output.truncate(before + step - stream.avail_out);
        if (output.size() > bytes_max) return Outcome::too_big;
        if (status == Z_STREAM_END) {
            state_->has_ended = true;
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            return Outcome::broken;
        } else if (!is_full) {
            return Outcome::fine;
        }
    }
}

Inflater::Outcome Inflater::finish(std::size_t bytes_max, ByteWriter& output) {
    // A sender may end with a final block (RFC 7692 7.2.3.4); some send nothing at all for an empty
    // message.
    if (state_->has_ended || state_->stream.total_in == 0) return Outcome::fine;
    const auto outcome = feed(sync_tail, bytes_max, output);
    if (outcome != Outcome::fine) return outcome;
    const bool is_whole = (state_->stream.data_type & block_state_mask) == at_block_border;
    return is_whole ? Outcome::fine : Outcome::broken;
}

bool deflate_message(std::span<const std::uint8_t> message, unsigned window_bits,
                     ByteWriter& output) {
    if (message.empty()) return false;
    // A small message needs neither a large window nor large tables: 4 KB instead of 256 KB. zlib
    // has no window of 256 octets; runs of one octet (Z_RLE) look back by one only and fit any.
    const unsigned needed = static_cast<unsigned>(std::bit_width(message.size()));
    const int bits = static_cast<int>(std::clamp(std::min(needed, window_bits), 9U, 15U));
    const int strategy = window_bits < 9 ? Z_RLE : Z_DEFAULT_STRATEGY;
    z_stream stream = {};
    CHECK(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -bits, std::min(bits - 7, 8),
                       strategy) == Z_OK,
          "zlib has memory for its state");
    const std::size_t start = output.size();
    // Room for a little less than the message: what does not fit is not worth it.
    const std::size_t room = message.size() + sync_tail.size() - 1;
    stream.next_in = const_cast<Bytef*>(message.data());
    stream.avail_in = static_cast<uInt>(message.size());
    stream.next_out = output.extend(room);
    stream.avail_out = static_cast<uInt>(room);
    const int status = deflate(&stream, Z_SYNC_FLUSH);
    const bool is_smaller = status == Z_OK && stream.avail_in == 0 && stream.avail_out != 0;
    const std::size_t used = room - stream.avail_out;
    deflateEnd(&stream);
    output.truncate(is_smaller ? start + used - sync_tail.size() : start);
    return is_smaller;
}

}  // namespace kreisel
