#pragma once
// The encodings as a table of functions, and their writers by type. Pure.

#include "common/base/bytes.hpp"
#include "common/codec/cbor.hpp"
#include "common/codec/json.hpp"
#include "common/codec/msgpack.hpp"
#include "common/codec/scan.hpp"
#include "common/codec/sink.hpp"
#include "common/wamp/encoding.hpp"
#include "common/wamp/value.hpp"

namespace kreisel {

struct Format {
    Result<ScannedMessage> (*scan)(std::span<const std::uint8_t>, unsigned depth_max);
    void (*read)(std::span<const std::uint8_t>, ValueSink&);
    Dict (*dict)(std::span<const std::uint8_t>);
};

[[nodiscard]] const Format& format_of(Encoding encoding);

/// Calls `use` with a writer of `encoding` onto `out`; its type is known there, so that its calls
/// are not virtual.
template <class Use>
void with_writer(Encoding encoding, ByteWriter& out, Use&& use) {
    switch (encoding) {
        case Encoding::json: {
            JsonWriter writer(out);
            return use(writer);
        }
        case Encoding::msgpack: {
            MsgpackWriter writer(out);
            return use(writer);
        }
        case Encoding::cbor: {
            CborWriter writer(out);
            return use(writer);
        }
    }
}

}  // namespace kreisel
