#include "common/wire/frame_stream.hpp"

#include "common/wire/batch.hpp"

#include <algorithm>
#include <cstring>

namespace kreisel {

namespace {

/// Buffer for a message that is announced but not there: grows with what really comes.
constexpr std::size_t first_reserve_max = 256U << 10U;
constexpr std::size_t inflate_step = 4096;

/// Octets of payload of the whole frames at the start of `octets`: what one block must hold.
std::size_t payload_of_whole_frames(std::span<const std::uint8_t> octets) {
    std::size_t sum = 0;
    std::size_t at = 0;
    while (octets.size() - at >= 2) {
        const std::size_t head_bytes = head_bytes_of(octets[at + 1]);
        if (octets.size() - at < head_bytes) break;
        const auto head = read_frame_head(octets.data() + at).head;
        at += head_bytes;
        if (head.payload_bytes > octets.size() - at) break;
        if (!is_control(head.opcode)) sum += static_cast<std::size_t>(head.payload_bytes);
        at += static_cast<std::size_t>(head.payload_bytes);
    }
    return sum;
}

}  // namespace

/// One block for the messages that lie whole in one feed.
struct FrameStream::Burst {
    SharedBytes block;
    std::uint8_t* data = nullptr;
    std::size_t used = 0;

    void make_room(std::size_t count, std::span<const std::uint8_t> octets) {
        if (block.size() - used >= count) return;
        const std::size_t size = std::max(count, payload_of_whole_frames(octets));
        ByteWriter writer(size);
        data = writer.extend(size);
        block = std::move(writer).take();
        used = 0;
    }
};

void FrameStream::open(std::string_view subprotocol_name, std::optional<DeflateTerms> deflate) {
    const auto known = subprotocol_from(subprotocol_name);
    is_wamp_ = known.has_value();
    subprotocol_ = known.value_or(Subprotocol{});
    deflate_ = deflate;
}

void FrameStream::feed(std::span<const std::uint8_t> octets, WireEvents& events) {
    Burst burst;
    while (!octets.empty() && !has_ended_) {
        std::size_t taken =
            is_in_frame_ ? take_payload(octets, events) : take_whole(octets, burst, events);
        if (taken == 0 && !has_ended_) taken = take_head(octets, events);
        octets = octets.subspan(taken);
    }
}

/// The fast way: an unfragmented, uncompressed data frame that lies whole in `octets`. 0 if this is
/// none; then nothing has happened, unless the stream has ended.
std::size_t FrameStream::take_whole(std::span<const std::uint8_t> octets, Burst& burst,
                                    WireEvents& events) {
    if (head_size_ != 0 || octets.size() < 2) return 0;
    const std::size_t head_bytes = head_bytes_of(octets[1]);
    if (octets.size() < head_bytes) return 0;
    if (!judge_first_octets(octets[0], octets[1], events)) return 0;
    const auto [head, fault] = read_frame_head(octets.data());
    const bool is_plain = fault.empty() && head.is_final && !head.is_compressed &&
                          (head.opcode == Opcode::text || head.opcode == Opcode::binary);
    if (!is_plain || head.payload_bytes > octets.size() - head_bytes) return 0;
    if (!judge_size(head, events)) return 0;

    const auto size = static_cast<std::size_t>(head.payload_bytes);
    burst.make_room(size, octets);
    std::uint8_t* target = burst.data + burst.used;
    const bool has_others = copy_masked(octets.data() + head_bytes, size, head.mask, target);
    if (head.opcode == Opcode::text && has_others && !is_utf8({target, size})) {
        fail(close_code::invalid_payload, "text is not UTF-8", events);
        return 0;
    }
    SharedBytes message = size == 0 ? SharedBytes() : burst.block.slice(burst.used, size);
    burst.used += size;
    deliver(std::move(message), head.opcode, events);
    return head_bytes + size;
}

std::size_t FrameStream::take_head(std::span<const std::uint8_t> octets, WireEvents& events) {
    std::size_t taken = 0;
    while (taken < octets.size()) {
        head_[head_size_++] = octets[taken++];
        if (head_size_ < 2) continue;
        if (head_size_ == 2 && !judge_first_octets(head_[0], head_[1], events)) return taken;
        if (head_size_ < head_bytes_of(head_[1])) continue;
        head_size_ = 0;
        const auto [head, fault] = read_frame_head(head_.data());
        if (!fault.empty()) {
            fail(close_code::protocol_error, fault, events);
        } else if (is_control(head.opcode) || judge_size(head, events)) {
            begin_frame(head, events);
        }
        return taken;
    }
    return taken;
}

bool FrameStream::judge_first_octets(std::uint8_t first, std::uint8_t second, WireEvents& events) {
    const auto fault = fault_of_first_octets(first, second, role_);
    if (!fault.empty()) {
        fail(close_code::protocol_error, fault, events);
        return false;
    }
    const auto opcode = static_cast<Opcode>(first & 0x0fU);
    const bool is_data = opcode == Opcode::text || opcode == Opcode::binary;
    if ((first & 0x40U) != 0 && (!deflate_ || !is_data)) {
        fail(close_code::protocol_error, "reserved bit set", events);
        return false;
    }
    const bool is_open = message_opcode_ != Opcode::continuation;
    if (is_data && is_open) {
        fail(close_code::protocol_error, "new message within a fragmented one", events);
        return false;
    }
    if (opcode == Opcode::continuation && !is_open) {
        fail(close_code::protocol_error, "continuation of no message", events);
        return false;
    }
    // WAMP b/building_blocks: every message is of the subprotocol's frame type.
    if (is_data && is_wamp_ && is_text(subprotocol_.encoding) != (opcode == Opcode::text)) {
        fail(close_code::unacceptable_data, "wrong frame type for the subprotocol", events);
        return false;
    }
    return true;
}

/// Before anything is stored for the frame. Compressed data may be a little longer than plain.
bool FrameStream::judge_size(const FrameHead& head, WireEvents& events) {
    const bool is_compressed = head.is_compressed || inflater_ != nullptr;
    const std::uint64_t before = is_compressed ? compressed_bytes_ : message_.size();
    const std::uint64_t limit =
        is_compressed ? message_bytes_max_ + message_bytes_max_ / 8 + 1024 : message_bytes_max_;
    if (before <= limit && head.payload_bytes <= limit - before) return true;
    fail(close_code::too_big, "message is longer than allowed", events);
    return false;
}

void FrameStream::begin_frame(const FrameHead& head, WireEvents& events) {
    opcode_ = head.opcode;
    is_final_ = head.is_final;
    mask_ = head.mask;
    payload_left_ = head.payload_bytes;
    is_in_frame_ = true;
    if (!is_control(opcode_)) {
        if (opcode_ != Opcode::continuation) {
            message_opcode_ = opcode_;
            utf8_.reset();
            compressed_bytes_ = 0;
            if (head.is_compressed) inflater_ = std::make_unique<Inflater>();
        }
        if (inflater_ == nullptr && payload_left_ != 0) {
            message_.reserve(std::min<std::size_t>(payload_left_, first_reserve_max));
        }
        compressed_bytes_ += inflater_ == nullptr ? 0 : payload_left_;
    }
    if (payload_left_ == 0) finish_frame(events);
}

std::size_t FrameStream::take_payload(std::span<const std::uint8_t> octets, WireEvents& events) {
    const auto part = octets.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, octets.size())));
    if (is_control(opcode_)) {
        const std::size_t before = control_.size();
        control_.resize(before + part.size());
        static_cast<void>(copy_masked(part.data(), part.size(), mask_,
                                      reinterpret_cast<std::uint8_t*>(control_.data()) + before));
    } else if (inflater_ != nullptr) {
        inflate(part, events);
    } else {
        take_data(part, events);
    }
    mask_ = rotated_mask(mask_, part.size());
    payload_left_ -= part.size();
    if (payload_left_ == 0 && !has_ended_) finish_frame(events);
    return part.size();
}

void FrameStream::take_data(std::span<const std::uint8_t> octets, WireEvents& events) {
    std::uint8_t* target = message_.extend(octets.size());
    const bool has_others = copy_masked(octets.data(), octets.size(), mask_, target);
    if (message_opcode_ != Opcode::text || (!has_others && utf8_.is_complete())) return;
    if (!utf8_.feed({target, octets.size()})) {
        fail(close_code::invalid_payload, "text is not UTF-8", events);
    }
}

void FrameStream::inflate(std::span<const std::uint8_t> octets, WireEvents& events) {
    std::array<std::uint8_t, inflate_step> plain;
    std::uint32_t key = mask_;
    while (!octets.empty() && !has_ended_) {
        const auto part = octets.first(std::min(octets.size(), plain.size()));
        static_cast<void>(copy_masked(part.data(), part.size(), key, plain.data()));
        key = rotated_mask(key, part.size());
        octets = octets.subspan(part.size());
        const std::size_t before = message_.size();
        const auto outcome =
            inflater_->feed({plain.data(), part.size()}, message_bytes_max_, message_);
        if (!is_inflated(outcome, before, events)) return;
    }
}

/// Judges what one step brought behind `before`.
bool FrameStream::is_inflated(Inflater::Outcome outcome, std::size_t before, WireEvents& events) {
    if (message_opcode_ == Opcode::text && !utf8_.feed(message_.span().subspan(before))) {
        fail(close_code::invalid_payload, "text is not UTF-8", events);
    } else if (outcome == Inflater::Outcome::too_big) {
        fail(close_code::too_big, "message is longer than allowed", events);
    } else if (outcome == Inflater::Outcome::broken) {
        fail(close_code::invalid_payload, "compressed data is broken", events);
    }
    return !has_ended_;
}

void FrameStream::finish_frame(WireEvents& events) {
    is_in_frame_ = false;
    if (is_control(opcode_)) {
        finish_control(events);
    } else if (is_final_) {
        finish_message(events);
    }
}

void FrameStream::finish_message(WireEvents& events) {
    if (inflater_ != nullptr) {
        const std::size_t before = message_.size();
        const auto outcome = inflater_->finish(message_bytes_max_, message_);
        if (!is_inflated(outcome, before, events)) return;
        inflater_.reset();
    }
    const Opcode opcode = std::exchange(message_opcode_, Opcode::continuation);
    if (opcode == Opcode::text && !utf8_.is_complete()) {
        fail(close_code::invalid_payload, "text is not UTF-8", events);
        return;
    }
    deliver(std::move(message_).take().compact(), opcode, events);
}

void FrameStream::finish_control(WireEvents& events) {
    const std::string payload = std::exchange(control_, std::string());
    const std::span<const std::uint8_t> octets(
        reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size());
    if (opcode_ == Opcode::ping) {
        append_control(Opcode::pong, octets, events.output);
    } else if (opcode_ == Opcode::pong) {
        events.has_pong = true;
    } else {
        auto close_payload = read_close_payload(octets);
        if (close_payload.fault_code != 0) {
            fail(close_payload.fault_code, close_payload.fault, events);
            return;
        }
        if (!std::exchange(has_sent_close_, true)) {
            append_control(Opcode::close, octets.first(std::min<std::size_t>(octets.size(), 2)),
                           events.output);
        }
        has_ended_ = true;
        events.end = WireEnd{WireEnd::Cause::peer_close, close_payload.code,
                             std::move(close_payload.reason)};
    }
}

void FrameStream::deliver(SharedBytes message, Opcode opcode, WireEvents& events) {
    if (subprotocol_.framing != Framing::websocket_batched) {
        events.messages.push_back(
            {std::move(message), opcode == Opcode::text, events.output.size()});
        return;
    }
    const std::size_t before = events.messages.size();
    const auto fault = split_batch(subprotocol_.encoding, message, events.messages);
    for (std::size_t i = before; i < events.messages.size(); ++i) {
        events.messages[i].output_offset = events.output.size();
    }
    if (!fault.empty()) fail(close_code::protocol_error, fault, events);
}

/// Ends the stream as the peer's fault; what is buffered is let go.
void FrameStream::fail(std::uint16_t code, std::string_view why, WireEvents& events) {
    close(code, why, events.output);
    has_ended_ = true;
    message_ = ByteWriter();
    control_ = std::string();
    inflater_.reset();
    events.end = WireEnd{WireEnd::Cause::violation, code, std::string(why)};
}

}  // namespace kreisel
