#include "bench/load/frames.hpp"

#include <cstring>

namespace kreisel::load {

namespace {

/// A cursor over a message that stops at its end.
class HeadReader {
  public:
    explicit HeadReader(Bytes bytes) : bytes_(bytes) {}

    [[nodiscard]] bool take(std::uint8_t byte) {
        if (at_ >= bytes_.size() || bytes_[at_] != byte) return false;
        ++at_;
        return true;
    }
    [[nodiscard]] int next() { return at_ < bytes_.size() ? bytes_[at_++] : -1; }
    [[nodiscard]] std::uint64_t digits() {
        std::uint64_t value = 0;
        while (at_ < bytes_.size() && bytes_[at_] >= '0' && bytes_[at_] <= '9') {
            value = value * 10 + (bytes_[at_++] - std::uint64_t{'0'});
        }
        return value;
    }
    [[nodiscard]] std::uint64_t big_endian(unsigned octets) {
        std::uint64_t value = 0;
        for (; octets > 0 && at_ < bytes_.size(); --octets) value = value << 8 | bytes_[at_++];
        return octets == 0 ? value : 0;
    }

  private:
    Bytes bytes_;
    std::size_t at_ = 0;
};

MessageHead read_json_head(Bytes message) {
    HeadReader reader(message);
    MessageHead head;
    if (!reader.take('[')) return head;
    head.type = reader.digits();
    if (reader.take(',')) head.id = reader.digits();
    return head;
}

std::uint64_t read_msgpack_uint(HeadReader& reader) {
    const int first = reader.next();
    if (first >= 0 && first < 0x80) return static_cast<std::uint64_t>(first);
    if (first >= 0xcc && first <= 0xcf) return reader.big_endian(1U << (first - 0xcc));
    return 0;
}

MessageHead read_msgpack_head(Bytes message) {
    HeadReader reader(message);
    const int first = reader.next();
    if (first == 0xdc) {
        static_cast<void>(reader.big_endian(2));
    } else if (first < 0x90 || first > 0x9f) {
        return {};
    }
    MessageHead head;
    head.type = read_msgpack_uint(reader);
    head.id = read_msgpack_uint(reader);
    return head;
}

std::uint64_t read_cbor_uint(HeadReader& reader) {
    const int first = reader.next();
    if (first >= 0 && first < 0x18) return static_cast<std::uint64_t>(first);
    if (first >= 0x18 && first <= 0x1b) return reader.big_endian(1U << (first - 0x18));
    return 0;
}

MessageHead read_cbor_head(Bytes message) {
    HeadReader reader(message);
    const int first = reader.next();
    if (first == 0x98) {
        static_cast<void>(reader.next());
    } else if ((first < 0x80 || first > 0x97) && first != 0x9f) {
        return {};
    }
    MessageHead head;
    head.type = read_cbor_uint(reader);
    head.id = read_cbor_uint(reader);
    return head;
}

std::size_t cut_websocket(Bytes bytes, CutFrame& frame) {
    if (bytes.size() < 2) return 0;
    std::size_t header = 2;
    std::uint64_t size = bytes[1] & 0x7fU;
    if (size >= 126) {
        const unsigned octets = size == 126 ? 2 : 8;
        header += octets;
        if (bytes.size() < header) return 0;
        size = 0;
        for (unsigned i = 0; i < octets; ++i) size = size << 8 | bytes[2 + i];
    }
    if (bytes.size() - header < size) return 0;
    const bool is_last = (bytes[0] & 0x80U) != 0;
    const unsigned opcode = bytes[0] & 0x0fU;
    frame.payload = bytes.subspan(header, size);
    frame.is_whole = is_last && (opcode == 1 || opcode == 2);
    if (opcode <= 2) {
        frame.kind = is_last ? CutFrame::Kind::message : CutFrame::Kind::fragment;
    } else if (opcode == 8) {
        frame.kind = CutFrame::Kind::close;
    } else {
        frame.kind = opcode == 9 ? CutFrame::Kind::ping : CutFrame::Kind::ignored;
    }
    return header + size;
}

std::size_t cut_rawsocket(Bytes bytes, CutFrame& frame) {
    if (bytes.size() < 4) return 0;
    const std::size_t size = std::size_t{bytes[1]} << 16 | std::size_t{bytes[2]} << 8 | bytes[3];
    if (bytes.size() - 4 < size) return 0;
    frame.payload = bytes.subspan(4, size);
    frame.is_whole = bytes[0] == 0;
    frame.kind = bytes[0] == 0   ? CutFrame::Kind::message
                 : bytes[0] == 1 ? CutFrame::Kind::ping
                                 : CutFrame::Kind::ignored;
    return 4 + size;
}

}  // namespace

MessageHead read_head(Encoding encoding, Bytes message) {
    switch (encoding) {
        case Encoding::json:
            return read_json_head(message);
        case Encoding::msgpack:
            return read_msgpack_head(message);
        case Encoding::cbor:
            return read_cbor_head(message);
    }
    return {};
}

std::size_t cut_frame(const FrameForm& form, Bytes bytes, CutFrame& frame) {
    switch (form.kind) {
        case FrameForm::Kind::websocket:
            return cut_websocket(bytes, frame);
        case FrameForm::Kind::rawsocket:
            return cut_rawsocket(bytes, frame);
        case FrameForm::Kind::fixed:
            break;
    }
    if (bytes.size() < form.fixed_bytes) return 0;
    frame.kind = CutFrame::Kind::message;
    frame.payload = bytes.first(form.fixed_bytes);
    frame.is_whole = true;
    return form.fixed_bytes;
}

std::uint8_t* ReadBuffer::prepare(const std::vector<std::uint8_t>& carry) {
    constexpr std::size_t read_bytes = 256U << 10U;
    if (bytes_.size() < carry.size() + read_bytes) bytes_.resize(carry.size() + read_bytes);
    if (!carry.empty()) std::memcpy(bytes_.data(), carry.data(), carry.size());
    return bytes_.data() + carry.size();
}

}  // namespace kreisel::load
