#pragma once
// How JavaScript's MessagePack libraries (msgpackr, msgpack5) write `undefined`: extension type 0
// with one zero octet. It means no value, as CBOR's undefined does. Internal to common/codec. Pure.

#include <cstdint>
#include <span>

namespace kreisel {

[[nodiscard]] inline bool is_msgpack_undefined(std::int8_t type,
                                               std::span<const std::uint8_t> data) {
    return type == 0 && data.size() == 1 && data[0] == 0;
}

}  // namespace kreisel
