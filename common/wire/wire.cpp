#include "common/wire/wire.hpp"

#include "common/base/check.hpp"
#include "common/wire/batch.hpp"
#include "common/wire/frame.hpp"
#include "common/wire/rawsocket_frame.hpp"

namespace kreisel {

namespace {

Opcode opcode_of(Encoding encoding) { return is_text(encoding) ? Opcode::text : Opcode::binary; }

}  // namespace

void append_server_header(Framing framing, Encoding encoding, std::size_t size,
                          ByteWriter& output) {
    switch (framing) {
        case Framing::websocket:
            append_frame_head(opcode_of(encoding), Final::yes, Compressed::no, size, std::nullopt,
                              output);
            return;
        case Framing::websocket_batched:
            append_frame_head(opcode_of(encoding), Final::yes, Compressed::no,
                              size + batch_extra_bytes(encoding), std::nullopt, output);
            append_batch_prefix(encoding, size, output);
            return;
        case Framing::rawsocket:
            append_rawsocket_head(RawSocketFrame::message, size, output);
            return;
    }
}

void append_fragment_header(FragmentPart part, Encoding encoding, std::size_t size,
                            ByteWriter& output) {
    const auto opcode = part == FragmentPart::first ? opcode_of(encoding) : Opcode::continuation;
    append_frame_head(opcode, part == FragmentPart::last ? Final::yes : Final::no, Compressed::no,
                      size, std::nullopt, output);
}

void append_batch_prefix(Encoding encoding, std::size_t size, ByteWriter& output) {
    if (is_text(encoding)) return;
    CHECK(size <= 0xffffffffU, "a batched message fits its 32-bit length");
    output.put_big_endian(size, batch_prefix_bytes);
}

}  // namespace kreisel
