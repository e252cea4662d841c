#include "common/codec/parcel.hpp"

#include "common/codec/codec.hpp"
#include "common/codec/message_writer.hpp"
#include "common/wire/wire.hpp"

#include <algorithm>
#include <memory>

namespace kreisel {

namespace {

std::atomic<std::uint64_t> transcodes{0};
std::atomic<std::uint64_t> transcodes_lost{0};

/// Longest wire header: 10 octets of WebSocket, 4 of a binary batch.
constexpr std::size_t header_room = 14;

/// What closes the message and, in a batch of JSON, its place in the batch.
std::string_view end_of(Encoding encoding, Framing framing) {
    static constexpr std::array<char, 2> batched_json = {']', static_cast<char>(json_batch_end)};
    if (encoding == Encoding::json && framing == Framing::websocket_batched) {
        return {batched_json.data(), batched_json.size()};
    }
    return message_end(encoding);
}

/// The parts of a message before a wire cuts it.
struct Parts {
    const Message& message;
    Encoding encoding;
    Framing framing;
    SharedBytes payload;
};

/// Puts the wire header before the message that starts in `out` behind header_room octets; gives
/// where the header starts.
std::size_t put_header_before(const Parts& parts, std::size_t message_size, ByteWriter& out) {
    const std::size_t end = out.size();
    append_server_header(parts.framing, parts.encoding, message_size, out);
    const std::size_t size = out.size() - end;
    std::memcpy(out.data() + header_room - size, out.data() + end, size);
    out.truncate(end);
    return header_room - size;
}

/// `out`: header_room octets, then the head of the message.
Frame make_unbroken(const Parts& parts, std::size_t message_size, ByteWriter out) {
    const std::string_view end = end_of(parts.encoding, parts.framing);
    Frame frame;
    if (message_size <= contiguous_bytes_max || parts.payload.empty()) {
        out.put(parts.payload.span());
        out.put(end);
    } else {
        frame.more.push_back(parts.payload);
        if (!end.empty()) frame.more.push_back(SharedBytes::copy_of(end));
    }
    const std::size_t start = put_header_before(parts, message_size, out);
    const SharedBytes whole = std::move(out).take();
    frame.first = whole.slice(start, whole.size() - start);
    frame.size = frame.first.size();
    for (const SharedBytes& piece : frame.more) frame.size += piece.size();
    return frame;
}

/// Header of an unmasked fragment (RFC 6455, 5.2 and 5.4).
void put_fragment_header(std::uint8_t first_octet, std::size_t size, ByteWriter& out) {
    out.put(first_octet);
    if (size < 126) {
        out.put(static_cast<std::uint8_t>(size));
    } else if (size <= 0xffff) {
        out.put(std::uint8_t{126});
        out.put_big_endian(size, 2);
    } else {
        out.put(std::uint8_t{127});
        out.put_big_endian(size, 8);
    }
}

/// Takes bytes off the front of a run of pieces.
class PieceCutter {
  public:
    explicit PieceCutter(std::vector<SharedBytes> pieces) : pieces_(std::move(pieces)) {}

    /// Moves the next `count` octets behind those of `taken`.
    void move_to(std::vector<SharedBytes>& taken, std::size_t count) {
        while (count > 0) {
            const SharedBytes& piece = pieces_[at_];
            const std::size_t part = std::min(count, piece.size() - offset_);
            if (part > 0) taken.push_back(piece.slice(offset_, part));
            offset_ += part;
            count -= part;
            if (offset_ == piece.size()) {
                ++at_;
                offset_ = 0;
            }
        }
    }

  private:
    std::vector<SharedBytes> pieces_;
    std::size_t at_ = 0;
    std::size_t offset_ = 0;
};

/// `size`: octets of the WebSocket message.
Frame make_fragmented(const Parts& parts, SharedBytes lead, std::size_t size) {
    constexpr std::uint8_t fin = 0x80;
    constexpr std::uint8_t continuation = 0;
    const std::uint8_t opcode = is_text(parts.encoding) ? 1 : 2;
    Frame frame;
    frame.size = size;
    PieceCutter cutter({std::move(lead), parts.payload,
                        SharedBytes::copy_of(end_of(parts.encoding, parts.framing))});
    for (std::size_t done = 0; done < size;) {
        const std::size_t part = std::min(size - done, fragment_bytes_max);
        const bool is_last = done + part == size;
        ByteWriter header(header_room);
        put_fragment_header(
            static_cast<std::uint8_t>((done == 0 ? opcode : continuation) | (is_last ? fin : 0)),
            part, header);
        frame.size += header.size();
        if (done == 0) {
            frame.first = std::move(header).take();
        } else {
            frame.more.push_back(std::move(header).take());
        }
        cutter.move_to(frame.more, part);
        if (!is_last) {
            frame.fragment_pieces.push_back(static_cast<std::uint32_t>(1 + frame.more.size()));
        }
        done += part;
    }
    return frame;
}

/// Octets that a batch adds in front of a message.
std::size_t prefix_size(const Parts& parts) {
    return parts.framing == Framing::websocket_batched && !is_text(parts.encoding) ? 4 : 0;
}

Frame make_frame(const Parts& parts) {
    const bool is_small = parts.payload.size() <= contiguous_bytes_max;
    ByteWriter out(header_room + 128 + (is_small ? parts.payload.size() : 0));
    static_cast<void>(out.extend(header_room));
    write_head(parts.message, parts.encoding, out);
    const std::size_t message_size =
        out.size() - header_room + parts.payload.size() + message_end(parts.encoding).size();
    const std::size_t prefix = prefix_size(parts);
    const std::size_t websocket_size = message_size - message_end(parts.encoding).size() +
                                       end_of(parts.encoding, parts.framing).size() + prefix;
    Frame frame;
    if (parts.framing == Framing::rawsocket) {
        if (message_size <= rawsocket_message_bytes_max) {
            frame = make_unbroken(parts, message_size, std::move(out));
        }
    } else if (websocket_size <= fragment_bytes_max) {
        frame = make_unbroken(parts, message_size, std::move(out));
    } else {
        for (std::size_t i = 0; i < prefix; ++i) {
            out.data()[header_room - 1 - i] = static_cast<std::uint8_t>(message_size >> (8 * i));
        }
        const SharedBytes head = std::move(out).take();
        const std::size_t start = header_room - prefix;
        frame = make_fragmented(parts, head.slice(start, head.size() - start), websocket_size);
    }
    frame.message_size = message_size;
    return frame;
}

/// Fills `slot` with `made` unless another thread was faster; gives what is in it then.
template <class T>
const T* publish_once(std::atomic<const T*>& slot, std::unique_ptr<const T> made, bool& was_lost) {
    const T* expected = nullptr;
    was_lost = !slot.compare_exchange_strong(expected, made.get(), std::memory_order_acq_rel,
                                             std::memory_order_acquire);
    return was_lost ? expected : made.release();
}

}  // namespace

Parcel::~Parcel() {
    for (auto& slot : frames_) {
        const Frame* frame = slot.load(std::memory_order_acquire);
        if (frame != &own_frame_) delete frame;
    }
    for (auto& slot : payloads_) delete slot.load(std::memory_order_acquire);
}

SharedBytes Parcel::payload_in(Encoding encoding) const {
    const Payload* payload = payload_of(message_);
    if (payload == nullptr || payload->empty()) return {};
    if (payload->encoding == encoding) return payload->bytes;
    auto& slot = payloads_[static_cast<std::size_t>(encoding)];
    if (const SharedBytes* bytes = slot.load(std::memory_order_acquire)) return *bytes;
    auto made = std::make_unique<const SharedBytes>(payload_bytes(*payload, encoding));
    transcodes.fetch_add(1, std::memory_order_relaxed);
    bool was_lost = false;
    const SharedBytes* bytes = publish_once(slot, std::move(made), was_lost);
    if (was_lost) transcodes_lost.fetch_add(1, std::memory_order_relaxed);
    return *bytes;
}

const Frame& Parcel::frame(Encoding encoding, Framing framing) const {
    const auto place =
        static_cast<std::size_t>(encoding) * framing_count + static_cast<std::size_t>(framing);
    auto& slot = frames_[place];
    if (const Frame* frame = slot.load(std::memory_order_acquire)) return *frame;
    const Parts parts{message_, encoding, framing, payload_in(encoding)};
    return add_frame(slot, make_frame(parts));
}

const Frame& Parcel::add_frame(FrameSlot& slot, Frame made) const {
    bool was_lost = false;
    if (is_own_frame_taken_.exchange(true, std::memory_order_relaxed)) {
        return *publish_once(slot, std::make_unique<const Frame>(std::move(made)), was_lost);
    }
    own_frame_ = std::move(made);
    const Frame* expected = nullptr;
    if (slot.compare_exchange_strong(expected, &own_frame_, std::memory_order_acq_rel,
                                     std::memory_order_acquire)) {
        return own_frame_;
    }
    own_frame_ = Frame{};
    return *expected;
}

ParcelCounters parcel_counters() {
    return {transcodes.load(std::memory_order_relaxed),
            transcodes_lost.load(std::memory_order_relaxed)};
}

}  // namespace kreisel
