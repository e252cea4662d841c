#include "common/codec/codec.hpp"

#include "common/codec/format.hpp"
#include "common/codec/message_reader.hpp"
#include "common/codec/message_writer.hpp"
#include "common/codec/value_sink.hpp"

#include <array>

namespace kreisel {

const Format& format_of(Encoding encoding) {
    static constexpr std::array<Format, encoding_count> formats = {
        Format{json_scan, json_read, json_dict},
        Format{msgpack_scan, msgpack_read, msgpack_dict},
        Format{cbor_scan, cbor_read, cbor_dict},
    };
    return formats[static_cast<unsigned>(encoding)];
}

Result<Message> decode(Encoding encoding, const SharedBytes& bytes, const DecodeLimits& limits) {
    const Format& format = format_of(encoding);
    const auto scanned = format.scan(bytes.span(), limits.depth_max);
    if (!scanned) return tl::unexpected<Error>(scanned.error());
    if (!scanned->needs_rewrite) return read_message(*scanned, encoding, bytes);
    const SharedBytes rewritten = cbor_rewrite(bytes.span());
    const auto scanned_again = format.scan(rewritten.span(), limits.depth_max);
    if (!scanned_again) return tl::unexpected<Error>(scanned_again.error());
    return read_message(*scanned_again, encoding, rewritten);
}

void encode(const Message& message, Encoding encoding, ByteWriter& writer) {
    write_head(message, encoding, writer);
    const Payload* payload = payload_of(message);
    if (payload != nullptr && !payload->empty()) write_payload(*payload, encoding, writer);
    writer.put(message_end(encoding));
}

void encode_with_payload(const Message& message, Encoding encoding,
                         std::span<const std::uint8_t> payload_bytes, ByteWriter& writer) {
    write_head(message, encoding, writer);
    const Payload* payload = payload_of(message);
    const bool stays_open = payload != nullptr && !payload->empty() && payload_bytes.empty();
    if (stays_open) return;
    writer.put(payload_bytes);
    writer.put(message_end(encoding));
}

SharedBytes payload_bytes(const Payload& payload, Encoding encoding) {
    if (payload.empty() || payload.encoding == encoding) return payload.bytes;
    ByteWriter writer(payload.bytes.size() + payload.bytes.size() / 4 + 16);
    write_payload(payload, encoding, writer);
    return std::move(writer).take();
}

Payload make_payload(const List& args, const Dict& kwargs, Encoding encoding) {
    Payload payload;
    payload.encoding = encoding;
    if (args.empty() && kwargs.empty()) return payload;
    payload.elements = kwargs.empty() ? 1 : 2;
    ByteWriter out;
    with_writer(encoding, out, [&](auto& writer) {
        tell_list(args, writer);
        if (!kwargs.empty()) tell_dict(kwargs, writer);
    });
    payload.bytes = std::move(out).take();
    return payload;
}

Arguments read_payload(const Payload& payload) {
    if (payload.empty()) return {};
    ValueBuilder builder;
    format_of(payload.encoding).read(payload.bytes.span(), builder);
    if (payload.is_opaque) return {{builder.take_scalar()}, {}};
    return {builder.take_list(), builder.take_dict()};
}

}  // namespace kreisel
